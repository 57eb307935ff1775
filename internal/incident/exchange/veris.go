package exchange

import "strings"

// UpgradeVERIS turns a VERIS record of version 1.3 into one of 1.4.1: discovery
// methods become objects, single values of the asset's and the victim's places
// lists, and what 1.4 asks for newly is said to be unknown. Other versions and
// whatever else the record holds stay as they are.
func UpgradeVERIS(doc map[string]any) {
	if version, ok := doc["schema_version"].(string); !ok || !strings.HasPrefix(version, "1.3") {
		return
	}
	doc["schema_version"] = "1.4.1"
	if _, ok := doc["summary"]; !ok {
		doc["summary"] = "Unknown"
	}
	if method, ok := doc["discovery_method"].(string); ok {
		doc["discovery_method"] = discovery(method)
	}
	if action, ok := doc["action"].(map[string]any); ok {
		rename(action, "Unknown", "unknown")
	}
	if actor, ok := doc["actor"].(map[string]any); ok {
		rename(actor, "Unknown", "unknown")
		listed(actor["partner"], "country", "region")
		listed(actor["external"], "country", "region")
	}
	if asset, ok := doc["asset"].(map[string]any); ok && len(asset) > 0 {
		listed(asset, "cloud", "ownership", "hosting", "management", "country")
		delete(asset, "accessibility") // dropped in 1.4
		if _, ok := asset["cloud"]; !ok {
			asset["cloud"] = []any{"Unknown"}
		}
	}
	if victim, ok := doc["victim"].(map[string]any); ok && len(victim) > 0 {
		listed(victim, "country", "region")
		if _, ok := victim["government"]; !ok {
			victim["government"] = []any{"Unknown"}
		}
	}
}

func rename(m map[string]any, from, to string) {
	if v, ok := m[from]; ok {
		delete(m, from)
		m[to] = v
	}
}

// listed turns single texts into lists of one.
func listed(v any, keys ...string) {
	m, ok := v.(map[string]any)
	for _, key := range keys {
		if s, single := m[key].(string); ok && single {
			m[key] = []any{s}
		}
	}
}

// discovery reads a method of 1.3 such as "Int - log review".
func discovery(method string) map[string]any {
	side, variety, ok := strings.Cut(method, " - ")
	who := map[string]string{"Int": "internal", "Ext": "external", "Prt": "partner"}[side]
	switch {
	case ok && who != "":
		return map[string]any{who: map[string]any{"variety": []any{strings.ToUpper(variety[:min(1, len(variety))]) + variety[min(1, len(variety)):]}}}
	case method == "Other":
		return map[string]any{"other": true}
	}
	return map[string]any{"unknown": true}
}
