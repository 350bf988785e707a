#!/usr/bin/env bash
# Gets the real parts that tests need and the lock file cannot name: the stock flytekit in an environment of its own,
# and a browser. A part that cannot be had is told here, and its tests are skipped with the reason.
set -u
cd "$(dirname "$0")/.."

stock="flytekit==1.16.31 flytekitplugins-sleep==1.16.31 pandas pyarrow numpy pydantic pillow kubernetes"
uv=$(command -v uv || echo "$PWD/.venv-uv/bin/uv")
if [ "$(cat .interop/installed 2>/dev/null)" != "$stock" ]; then
  rm -rf .interop && mkdir -p .interop
  if "$uv" venv --quiet --python "${PYTHON:-python3}" .interop/venv &&
    "$uv" pip install --quiet --python .interop/venv/bin/python $stock; then
    echo "$stock" >.interop/installed
  else
    rm -rf .interop
    echo "parts: the stock flytekit could not be installed; tests/interop will be skipped" >&2
  fi
fi

if ! command -v chromium >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium) \
    >/dev/null 2>&1 || echo "parts: chromium could not be installed; tests/browser will be skipped" >&2
fi
exit 0
