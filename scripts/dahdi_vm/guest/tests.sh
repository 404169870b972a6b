# In the guest: the tests that are meant for it. COVERAGE, where not empty, is what to measure.
#
#   bash tests.sh [PYTEST ARGUMENT ...]

measured=()
if [ -n "$COVERAGE" ]; then
    # In memory first: the data is a database, and the shared folder is no place for its locks.
    measured=(-m coverage run --rcfile=/dev/null --data-file=/tmp/coverage "--source=$COVERAGE")
fi
# Each plugin that is not loaded saves time under emulation; the time limit of pyproject.toml needs its own.
PYTEST_DISABLE_PLUGIN_AUTOLOAD=1 "$PYTHON" "${measured[@]}" -m pytest -p pytest_timeout -p no:cacheprovider \
    -o testpaths="tests/dahdi tests/contract" -o junit_family=xunit2 --junitxml=/out/junit.xml -rs --durations=5 "$@"
status=$?
[ -z "$COVERAGE" ] || cp /tmp/coverage /out/coverage
exit $status
