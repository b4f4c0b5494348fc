"""Adds what people judged (notes.json) to what was measured (manifest.json).

    python3 annotate.py manifest.json [notes.json]        rewrites the manifest in place
"""
import json
import sys
from pathlib import Path

NOTES = Path(__file__).with_name("notes.json")
MEANINGFUL = ("yes", "weak", "no", "gate")


def annotate(manifest, notes):
    """A copy of `manifest` with the keys of `notes`; every trained module must have been judged."""
    missing = sorted(set(manifest["modules"]) - set(notes["modules"]))
    if missing:
        raise ValueError("notes.json lacks " + ", ".join(missing))
    head = {key: notes[key] for key in ("name", "licence", "terms", "recommended_module")}
    merged = {"format": manifest["format"], **head, **{k: v for k, v in manifest.items() if k not in head}}
    merged["input"] = {**manifest["input"], **notes["input"]}
    merged["modules"] = {}
    for name, entry in manifest["modules"].items():
        judged = notes["modules"][name]
        if judged["meaningful"] not in MEANINGFUL:
            raise ValueError(f"{name}: “meaningful” is one of {MEANINGFUL}")
        merged["modules"][name] = {**entry, "meaningful": judged["meaningful"], "note": judged["note"]}
    return merged


def read_notes(path=NOTES):
    return json.loads(Path(path).read_text(encoding="utf-8"))


def write_manifest(path, manifest):
    Path(path).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    target = Path(sys.argv[1])
    write_manifest(target, annotate(json.loads(target.read_text(encoding="utf-8")), read_notes(*sys.argv[2:3])))
