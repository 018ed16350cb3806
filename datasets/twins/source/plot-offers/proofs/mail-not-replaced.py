import runpy

import pytest
import requests

tests = runpy.run_path("tests/test_offers.py")
names = [name for name in tests if name.startswith("test_")]
for name in names:
    pytest.run(tests, name)
assert len(names) >= 8
assert requests.posted == [], requests.posted
