# Targets that people use; `make help` lists them.
GO ?= go
LINT_VERSION := v2.15.0

.PHONY: help build test test-system deps lint bench fuzz golden demo demo-files generate look clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 16

build: ## build the program into bin/
	CGO_ENABLED=0 $(GO) build -trimpath -ldflags "-s -w" -o bin/yagura ./cmd/yagura

test: deps ## install what the tests need, then run everything that must pass
	$(GO) vet ./...
	@test -z "$$(gofmt -l .)" || { echo "gofmt wants to change:"; gofmt -l .; exit 1; }
	@YAGURA_SYSTEM_TESTS=1 $(GO) test -timeout 20m -v ./... >test.log 2>&1; sh tools/testlog.sh test.log $$?

test-system: ## only the reports in Chromium, poppler and LibreOffice, and the documents' commands
	@YAGURA_SYSTEM_TESTS=1 $(GO) test -count=1 -timeout 20m -v ./internal/scripttest/... >test.log 2>&1; sh tools/testlog.sh test.log $$?

deps: ## install the programs that the system tests use (Debian, as root)
	@sh tools/install-deps.sh

lint: ## run the linters (installs golangci-lint on first use)
	$(GO) run github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION) run

bench: ## run the benchmarks; rows for docs/benchmarks.md
	sh tools/bench.sh

fuzz: ## run every fuzz target for 20 s
	sh tools/fuzz.sh 20s

golden: ## rewrite the golden files after an intended change
	UPDATE=1 $(GO) test ./...

demo: ## open a synthetic sector in a server on this machine
	$(GO) run ./cmd/yagura demo --serve

demo-files: ## build a synthetic sector with all its reports in demo-out/
	$(GO) run ./cmd/yagura demo --out demo-out

generate: ## make the Go of the templates anew (needs templ v0.3.977 on the PATH)
	$(GO) generate ./internal/webkit ./internal/web

look: ## render the demo's reports to pictures in demo-look/
	sh tools/look.sh demo-look

clean: ## remove what the targets made
	rm -rf bin demo-out demo-look demo-data
