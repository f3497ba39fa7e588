# Each line below works without make too: python3 scripts/bootstrap.py run
# Arguments travel in ARGS: make test ARGS="-k hands"

PYTHON ?= python3

.PHONY: help run demo test faults check format reference lock

help:
	@echo "make run      serve on http://127.0.0.1:8000, setting up whatever is missing"
	@echo "make demo     the same with a workshop played by simulated participants"
	@echo "make test     every test; says what it skipped and how to get it"
	@echo "make faults   break things and see what is kept: LANE=ci, hour or release, SEED=7, ONLY=P1"
	@echo "make check    formatting, lint, types"
	@echo "make format   put formatting right"
	@echo "make reference"
	@echo "              write docs/reference.md anew from the code"
	@echo "make lock     write the locked requirements anew (ARGS=--upgrade for newer versions)"

run demo test faults check format reference lock:
	@$(PYTHON) scripts/bootstrap.py $@ $(ARGS)
