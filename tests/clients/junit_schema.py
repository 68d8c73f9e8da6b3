"""Says what is wrong with a JUnit file, a line each: python junit_schema.py SCHEMA FILE."""

import sys

from lxml import etree

schema = etree.XMLSchema(etree.parse(sys.argv[1]))
document = etree.parse(sys.argv[2])
schema.validate(document)
for error in schema.error_log:
    print(f"line {error.line}: {error.message}")
