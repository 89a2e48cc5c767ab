"""Run by Python at its start where its folder is in PYTHONPATH: hooks `bench.kills.steps` in."""

from bench.kills.steps import install

install()
