# Everything runs in .venv; versions are in constraints.txt.
PYTHON ?= python3
BENCH_TO ?= 100000
DATA ?= ../shared/eval
TRAINING ?= .cache/training
Q ?= what did Putin say about Syria?
BIN := .venv/bin
EXAMPLES = $(TRAINING)/examples.jsonl
TRAIN = $(BIN)/python -m training.train --examples $(EXAMPLES)
SEVERAL = $(BIN)/python -m training.several --data $(DATA)
ALL_SEVERAL = $(foreach turn,1 2 3,$(TRAINING)/w$(turn)/several.jsonl)
EVERY = $(EXAMPLES) $(TRAINING)/w1/several.jsonl $(TRAINING)/altered.jsonl \
	$(TRAINING)/longer-half.jsonl
FURTHER = $(TRAIN) --labels $(TRAINING)/labels.jsonl --start $(TRAINING)/model.pt \
	--further

.DEFAULT_GOAL := help
.PHONY: help ask serve test lint types all unit wheel gold train bench clean

help: ## list the targets
	@grep -E '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | sort | expand -t 12

ask: .venv/run .onrecord/record.db ## answer Q="…" from the five articles in seeds/
	@$(BIN)/onrecord ask "$$QUESTION" || [ $$? -eq 1 ]  # 1: abstained, which is no error
ask: export QUESTION := $(Q)

serve: .venv/run .onrecord/record.db ## the page at http://127.0.0.1:7860
	$(BIN)/python app.py

test: lint types all ## lint, types, and all tests, those of the installed wheel among them

lint: .venv/dev ## formatting and lint
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: .venv/dev ## mypy --strict
	$(BIN)/mypy

all: .venv/dev # as many at once as there are cores
	$(BIN)/python -m pytest -n auto --maxprocesses 4 --dist loadgroup

unit: .venv/dev ## tests that need no second environment
	$(BIN)/python -m pytest -m "not wheel"

wheel: .venv/dev ## build the wheel, install it alone elsewhere, use it
	$(BIN)/python -m pytest -m wheel

gold: .venv/run ## the five measures of answers on our own questions
	$(BIN)/onrecord eval tests/gold/seeds --corpus seeds

train: .venv/dev ## the evidence model from public data: hours; stop and go on at any time
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group teach
	$(BIN)/python -m training.examples --data $(DATA) --out $(TRAINING)
	$(TRAIN) --run $(TRAINING)/teacher --teacher
	$(BIN)/python -m training.label --examples $(EXAMPLES) --run $(TRAINING)/teacher --most 26000
	$(TRAIN) --run $(TRAINING) --labels $(TRAINING)/teacher/labels.jsonl
	$(BIN)/python -m training.label --examples $(EXAMPLES) --run $(TRAINING) --small --most 7000
	$(SEVERAL) --turn 1 --out $(TRAINING)/w1
	$(SEVERAL) --turn 2 --out $(TRAINING)/w2
	$(SEVERAL) --turn 3 --out $(TRAINING)/w3
	$(FURTHER) $(TRAINING)/w1/several.jsonl --run $(TRAINING)/a --seed 1 --tokens 1100000
	$(FURTHER) $(TRAINING)/w1/several.jsonl --run $(TRAINING)/b --seed 2 --tokens 1100000
	$(FURTHER) $(TRAINING)/w2/several.jsonl --run $(TRAINING)/c --seed 5 --tokens 1400000
	$(FURTHER) $(TRAINING)/w3/several.jsonl --run $(TRAINING)/d --seed 6 --tokens 1400000
	$(BIN)/python -m training.mean --out $(TRAINING)/mean/model.pt --of $(TRAINING)/model.pt=.3 \
		$(foreach run,a b c d,$(TRAINING)/$(run)/model.pt=.175)
	$(BIN)/python -m training.label --examples $(EXAMPLES) --run $(TRAINING)/mean --small --most 15000
	$(BIN)/python -m training.altered --data $(DATA) --out $(TRAINING)
	$(TRAIN) --labels $(TRAINING)/mean/labels.jsonl --start $(TRAINING)/mean/model.pt --rest \
		--further $(ALL_SEVERAL) $(TRAINING)/altered.jsonl --run $(TRAINING)/e --seed 7 --tokens 8500000
	$(BIN)/python -m training.mean --out $(TRAINING)/small/model.pt \
		--of $(TRAINING)/mean/model.pt=.5 $(TRAINING)/e/model.pt=.5
	$(TRAIN) --run $(TRAINING)/large --teacher --seed 8 --tokens 3700000 --further $(ALL_SEVERAL) \
		$(TRAINING)/altered.jsonl
	$(BIN)/python -m training.longer --data $(DATA) --out $(TRAINING)
	awk 'NR % 2' $(TRAINING)/longer.jsonl > $(TRAINING)/longer-half.jsonl
	$(BIN)/python -m training.label --examples $(EVERY) --run $(TRAINING)/large \
		--with $(TRAINING)/small=.5 --most 21000
	$(BIN)/python -m training.train --examples $(EVERY) --labels $(TRAINING)/large/labels.jsonl \
		--imitated .85 --distances .2 --start $(TRAINING)/small/model.pt --run $(TRAINING)/f \
		--seed 11 --tokens 5500000
	$(BIN)/python -m training.mean --out $(TRAINING)/last/model.pt \
		--of $(TRAINING)/small/model.pt=.65 $(TRAINING)/f/model.pt=.35
	$(BIN)/python -m training.export --run $(TRAINING)/last --examples $(EXAMPLES)
	$(BIN)/python -m training.calibrate --data $(DATA)

bench: .venv/dev ## speed and quality figures of the README, a JSON line for each
	$(BIN)/python benchmarks/asking.py
	$(BIN)/python benchmarks/answers.py --data $(DATA)
	$(BIN)/python benchmarks/retrieval.py tests/gold/seeds --corpus seeds
	$(BIN)/python benchmarks/evidence.py --data $(DATA)
	$(BIN)/python benchmarks/quote_check.py --data $(DATA)
	$(BIN)/python benchmarks/indexing.py
	$(BIN)/python benchmarks/growth.py --to $(BENCH_TO)
	$(BIN)/python benchmarks/sentence_splitting.py --json
	$(BIN)/python benchmarks/attribution.py --data $(DATA) --json
	$(BIN)/python benchmarks/subjects.py --data $(DATA)
	$(BIN)/python benchmarks/origins.py --data $(DATA)
	$(BIN)/python benchmarks/footprint.py

clean: ## remove everything that was made
	rm -rf .venv .onrecord .cache dist build

.onrecord/record.db: .venv/run rag/store/schema.py $(wildcard seeds/*)
	$(BIN)/onrecord index seeds
	@touch $@

.venv/run: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade "pip>=25.1"
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --editable .
	@touch $@

.venv/dev: .venv/run
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group dev
	@touch $@
