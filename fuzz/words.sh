#!/usr/bin/env bash
# Writes fuzz/json.dict: the field names and values that core's readers, specs
# and schema generator know, and the keywords of JSON.
set -euo pipefail
cd -- "$(dirname -- "${BASH_SOURCE[0]}")/.."
{
    echo '# Written by fuzz/words.sh.'
    grep -rhoE --include='*.rs' --exclude='tests.rs' --exclude-dir=tests \
        '"[A-Za-z_$][A-Za-z0-9_.$/-]{1,40}"' core/src/{providers,completion,schema} | LC_ALL=C sort -u
} >fuzz/json.dict
