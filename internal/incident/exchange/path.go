package exchange

import (
	"reflect"
	"strconv"
	"strings"
)

// get follows a path of names and positions through decoded JSON.
func get(doc any, path string) (any, bool) {
	for _, step := range strings.Split(path, ".") {
		switch node := doc.(type) {
		case map[string]any:
			next, ok := node[step]
			if !ok {
				return nil, false
			}
			doc = next
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i < 0 || i >= len(node) {
				return nil, false
			}
			doc = node[i]
		default:
			return nil, false
		}
	}
	return doc, true
}

// put sets a value at a path and makes what leads to it; a position past the
// end of a list by more than one, or a value in the way, leaves it unset.
func put(doc any, path string, value any) any {
	step, rest, more := strings.Cut(path, ".")
	if i, err := strconv.Atoi(step); err == nil {
		list, ok := doc.([]any)
		if !ok && doc != nil || i > len(list) {
			return doc
		}
		if i == len(list) {
			list = append(list, nil)
		}
		if more {
			value = put(list[i], rest, value)
		}
		list[i] = value
		return list
	}
	node, ok := doc.(map[string]any)
	if !ok && doc != nil {
		return doc
	}
	if node == nil {
		node = map[string]any{}
	}
	if more {
		value = put(node[step], rest, value)
	}
	node[step] = value
	return node
}

// cut removes what stands at a path of names; what it leaves empty stays, so
// that putting it back gives the same document.
func cut(doc any, path string) {
	at := strings.LastIndexByte(path, '.')
	parent := doc
	if at >= 0 {
		var ok bool
		if parent, ok = get(doc, path[:at]); !ok {
			return
		}
	}
	if node, ok := parent.(map[string]any); ok {
		delete(node, path[at+1:])
	}
}

func same(a, b any) bool { return reflect.DeepEqual(a, b) }
