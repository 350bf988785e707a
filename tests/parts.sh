#!/usr/bin/env bash
# Gets the real parts that tests need and the lock file cannot name: the stock flytekit in an environment of its own,
# a browser, and an engine for container images. A part that cannot be had is told here, and its tests are skipped with the reason.
set -u
cd "$(dirname "$0")/.."

# debian PROGRAM PACKAGES TESTS: installs packages for a program that is not here, where that is ours to do.
debian() {
  if ! command -v "$1" >/dev/null && [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    (apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $2) \
      >/dev/null 2>&1 || echo "parts: $1 could not be installed; $3 will be skipped" >&2
  fi
}
if [ "${1:-}" = kernel ]; then
  debian linux.uml user-mode-linux "the tests of limits under cgroup v2"
  exit 0
fi

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

debian chromium chromium tests/browser
command -v docker >/dev/null && docker info >/dev/null 2>&1 ||
  debian podman "podman runc" "the tests of a ContainerTask's real image"
exit 0
