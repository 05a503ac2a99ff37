"""Imports kvpress where only what its presses need is installed (`pip install --no-deps kvpress`), as these tests do.

Packages that kvpress names and no press calls here (data sets, command lines) are stood in for where they lack.
"""
import importlib.machinery, importlib.util, sys, unittest.mock

import transformers

for name in ("datasets", "requests", "cachetools", "fire", "peft"):
    if importlib.util.find_spec(name) is None:
        sys.modules[name] = unittest.mock.MagicMock(__spec__=importlib.machinery.ModuleSpec(name, None))

import kvpress
