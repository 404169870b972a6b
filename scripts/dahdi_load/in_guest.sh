# In the DAHDI machine: the load, with whatever was given to `make bench-dahdi`.
cd "$(dirname "$0")/../.."
exec "$PYTHON" -m scripts.dahdi_load "$@"
