# The front door. `make` alone lists every target; each does the set-up that it needs.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PROMPTS := $(VENV)/.prompts
NATIVE_SOURCES := $(wildcard dsp/native/*.c dsp/native/*.h dsp/native/*.py drivers/pri/native/*) setup.py
# Tests in real time mostly wait. A file's tests stay together: they share an appliance.
AT_ONCE := -n 2 --dist loadfile
APT_PACKAGES := gcc make python3-dev python3-venv espeak-ng sox multimon-ng libspandsp2 libpri-dev tshark
APT_AARCH64 := gcc-aarch64-linux-gnu libc6-dev-arm64-cross qemu-user
# busybox, the kernel and the driver's source are only downloaded: see scripts/dahdi_vm
APT_DAHDI := qemu-system-x86 cpio kmod gcc make libelf1
APT_BENCH := libspandsp-dev libtiff-dev

.DEFAULT_GOAL := help
.PHONY: help setup demo run test test-thorough test-faults check format native bench bench-dsp bench-statistics bench-waits bench-pri bench-dahdi soak storm kill prove-simulation test-aarch64 test-dahdi sanitize fuzz fuzz-pri lock clean

help:                ## list the targets
	@grep -hE '^[a-z0-9-]+: .*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## /  make \1|/' | column -t -s '|'

demo: $(STAMP) native $(PROMPTS) ## a busy quarter of an hour on the virtual card, in seconds (ARGS="--seed 7"; SPANS=4: a busy hour of E1s)
	@$(BIN)/switchroom demo $(if $(SPANS),--spans $(SPANS)) $(ARGS)

run: $(STAMP) native $(PROMPTS) ## start the whole appliance in the foreground; Ctrl-C ends it in order
	@$(BIN)/switchroom run

test: $(STAMP) native ## all tests that fit into five minutes
	@$(BIN)/pytest $(AT_ONCE) $(ARGS)

test-thorough: $(STAMP) native ## tests of what happens at random, with ten times the examples; some ten minutes
	@SWITCHROOM_THOROUGH=1 $(BIN)/pytest --timeout 900 $(AT_ONCE) $$(grep -rl "^from how_many import" tests) $(ARGS)

test-faults: $(STAMP) native ## processes are killed, disks fill, lines are flooded in the middle of calls; three minutes
	@$(BIN)/pytest -m faults $(AT_ONCE) $(ARGS)

check: $(STAMP) native ## lint, types, import contracts, tests
	@! git grep -nE '^(<<<<<<<|>>>>>>>) ' || { echo 'a merge was left half done'; exit 1; }
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	@$(BIN)/pytest $(AT_ONCE) $(ARGS)

format: $(STAMP)      ## bring the code into its shape
	$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: bench-dsp     ## bench-dsp, and the pump in real time
	@$(BIN)/python scripts/bench_pump.py

bench-dsp: $(STAMP) native ## detectors, G.711, caller ID and the tick beside SpanDSP, in one run
	@sh scripts/system-packages $(APT_BENCH)
	@$(BIN)/python scripts/bench_dsp.py $(ARGS)

bench-statistics: $(STAMP) native ## a month of a busy center projected and asked for, in five minutes (ARGS="--days 3")
	@$(BIN)/python -m scripts.bench_statistics $(ARGS)

bench-waits: $(STAMP) ## expected waits beside those of three other call centers, in a minute or two (ARGS="--plot waits.png")
	@$(BIN)/python -m scripts.bench_expected_wait $(ARGS)

bench-pri: $(STAMP) native $(PROMPTS) ## ISDN calls a second through the whole appliance on 16 E1 (ARGS="--rate 100", "--calls 10000")
	@$(BIN)/python -m scripts.bench_pri_calls $(ARGS)

bench-ring: $(STAMP) native $(PROMPTS) ## from an agent's becoming free to the ring, with 240 calls up; two minutes (ARGS="--seconds 30")
	@$(BIN)/python -m scripts.bench_free_to_ring $(ARGS)

bench-routing: $(STAMP) ## routing decisions a second, 100 to 10,000 agents; some minutes (ARGS="--json")
	@$(BIN)/python -m scripts.bench_routing $(ARGS)

bench-dahdi: $(STAMP) native ## 240 channels over DAHDI's kernel driver for ten minutes, in a virtual machine (ARGS="--seconds 30")
	@sh scripts/system-packages $(APT_DAHDI)
	@$(BIN)/python -m scripts.dahdi_vm run --limit 1500 scripts/dahdi_load/in_guest.sh $(ARGS) || test $$? = 77

test-aarch64: $(STAMP) ## the kernels give the same bits on aarch64, under qemu-user, as here
	@sh scripts/system-packages $(APT_AARCH64)
	@$(BIN)/python scripts/same_bits.py || test $$? = 77  # 77: cannot be tried here, and says so

test-dahdi: $(STAMP) native ## tests/dahdi, tests/contract over DAHDI's kernel driver, in a virtual machine (ARGS="--coverage -k alarm")
	@sh scripts/system-packages $(APT_DAHDI)
	@$(BIN)/python -m scripts.dahdi_vm test $(ARGS) || test $$? = 77  # 77: cannot be had here, and says so

sanitize: $(STAMP) $(PROMPTS) ## tests of the C under address and undefined-behaviour checks, in a build of their own
	@sh scripts/system-packages $(APT_PACKAGES)
	@$(BIN)/python scripts/sanitize.py $(ARGS) || test $$? = 77  # 77: cannot be tried here, and says so

prove-simulation: $(STAMP) native ## `switchroom simulate` against Erlang C and Erlang A; a minute or two
	@$(BIN)/python -m scripts.prove_simulation

soak: $(STAMP) native $(PROMPTS) ## the whole appliance for an hour under load, with a report and a picture (ARGS="--minutes 5")
	@$(BIN)/python scripts/soak $(ARGS)

storm: $(STAMP) native ## ten million random events with faults through call control; half an hour on two cores (ARGS="--events 200000 --seed 8", "--kill-one-in 60")
	@$(BIN)/python -m scripts.storm $(ARGS)

kill: $(STAMP) native $(PROMPTS) ## kill -9 of a running call server, fifty times: how soon it is back, what is there (ARGS="--times 5 --json")
	@$(BIN)/python -m scripts.kill9 $(ARGS)

setup: $(STAMP) native $(PROMPTS) ## virtual environment, locked dependencies, C build, prompts

fuzz: $(STAMP) native ## spoiled sound files for a minute (ARGS="--seconds 600 --seed 7")
	@$(BIN)/python scripts/fuzz_wav.py $(ARGS)

fuzz-pri: $(STAMP) native ## a million spoiled frames into a live PRI worker, in minutes (ARGS="--frames 30000 --seed 7")
	@$(BIN)/python scripts/fuzz_pri.py $(ARGS)

native: $(VENV)/.native ## build the C (SANITIZE=1: with address and undefined-behaviour checks)

$(VENV)/.native: $(STAMP) $(NATIVE_SOURCES)
	@echo "building the C ..."
	@$(BIN)/python setup.py -q build_ext --inplace
	@touch $@

$(PROMPTS): $(STAMP) $(VENV)/.native appliance.toml firmware_host/demo/demo.toml $(wildcard firmware_host/prompts/*.py)
	@$(BIN)/switchroom prompts appliance.toml firmware_host/demo/demo.toml
	@touch $@

$(STAMP): requirements.lock pyproject.toml
	@sh scripts/system-packages $(APT_PACKAGES)
	@echo "setting up the virtual environment (once; half a minute) ..."
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-build-isolation --no-deps -e .
	@touch $@

lock:                ## resolve requirements.in into requirements.lock anew (needs uv)
	uv pip compile --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --no-emit-find-links requirements.in -o requirements.lock -q

clean:               ## remove what was built
	rm -rf $(VENV) build *.egg-info demo-output dsp/_native*.so dsp/_native.c
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
