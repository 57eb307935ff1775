// Reads the golden calendars with ical.js 2.2.1 (npm install ical.js@2.2.1), a parser
// that is not ours, and writes what it found: node calendar.mjs > calendar.json
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createRequire } from "node:module";

// From where npm has installed it: this script's folder stays free of packages.
const ICAL = createRequire(join(process.cwd(), "x.js"))("ical.js");
const here = dirname(fileURLToPath(import.meta.url));
const out = {};
for (const lang of ["ja", "en"]) {
  const root = new ICAL.Component(ICAL.parse(readFileSync(join(here, "..", `calendar-${lang}.ics`), "utf8")));
  for (const z of root.getAllSubcomponents("vtimezone")) ICAL.TimezoneService.register(z);
  out[lang] = root.getAllSubcomponents("vevent").map((v) => {
    const e = new ICAL.Event(v);
    const alarm = v.getFirstSubcomponent("valarm");
    return {
      uid: e.uid,
      due: e.startDate.toUnixTime(),
      title: e.summary,
      note: e.description ?? "",
      link: v.getFirstPropertyValue("url") ?? "",
      alarm: alarm ? -alarm.getFirstPropertyValue("trigger").toSeconds() : 0,
      changed: v.getFirstPropertyValue("dtstamp").toUnixTime(),
      sequence: v.getFirstPropertyValue("sequence"),
      cancelled: v.getFirstPropertyValue("status") === "CANCELLED",
    };
  });
}
console.log(JSON.stringify(out, null, 1));
