#!/usr/bin/env bash
# What five patients of a new kind give: the shipped model, trained on with the first five patients of one group of ACDC,
# against itself before, on the other patients of the group; and on Sunnybrook, to see what it forgets.
#
#   five-patients.sh DATA [GROUP [OUT [OPTION ...]]]
#
# DATA holds Dataset103_ACDC and Dataset101_SCD, GROUP is DCM, HCM, MINF, NOR or RV (default), OUT a new folder for
# everything that is made. Further options go to `lvsegu train`. No patient but the five is seen while training.
set -euo pipefail

data=${1:?usage: five-patients.sh DATA [GROUP [OUT [OPTION ...]]]}
group=${2:-RV}
out=${3:-runs/five-$group}
acdc=$data/Dataset103_ACDC
mkdir -p "$out"

# The first five of the group by name are learnt from, all others of it are judged on.
python3 - "$acdc/dataset.json" "$group" "$out" <<'PYTHON'
import json, pathlib, sys

description, group, out = json.load(open(sys.argv[1])), sys.argv[2], pathlib.Path(sys.argv[3])
patients = sorted(name for name, its in description["groups"].items() if its == group)
if len(patients) < 6:
    sys.exit(f"{len(patients)} patients of the group {group}, more than five are needed")
(out / "learn.json").write_text(json.dumps({"train": patients[:5], "validation": []}))
(out / "judge.json").write_text(json.dumps({"train": patients[:5], "validation": patients[5:]}))
PYTHON

SECONDS=0
lvsegu train --from lv --data "$acdc" --split "$out/learn.json" --out "$out/run" "${@:4}"
seconds=$SECONDS

for model in lv "$out/run/last"; do
    when=$([ "$model" = lv ] && echo before || echo after)
    lvsegu evaluate "$acdc" --model "$model" --split "$out/judge.json" --json "$out/group-$when.json" > "$out/group-$when.txt"
    lvsegu evaluate "$data/Dataset101_SCD" --model "$model" --json "$out/sunnybrook-$when.json" \
        > "$out/sunnybrook-$when.txt"
done

python3 - "$out" "$group" "$seconds" <<'PYTHON'
import json, pathlib, sys

out, group, seconds = pathlib.Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
print(f"\nLV cavity, Dice pooled over pixels (95 % interval over patients); trained on for {seconds} s")
for name, title in (("group", f"other patients of {group}"), ("sunnybrook", "Sunnybrook")):
    for when in ("before", "after"):
        values = json.loads((out / f"{name}-{when}.json").read_text())
        dice = values["labels"]["LV"]["pooled_dice"]
        print(f"  {title}, {when}: {dice['value']:.3f} ({dice['interval'][0]:.3f} to {dice['interval'][1]:.3f})")
PYTHON
