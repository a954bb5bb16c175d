"""What a run prints may have nobody to read it; the run goes on."""

from __future__ import annotations

import io
import os
from typing import cast

from peertube_conformance.conformance.pytest_plugin.standard_output import LastingOutput


def test_text_for_a_reader_who_has_gone_is_discarded() -> None:
    reading, writing = os.pipe()
    stream = os.fdopen(writing, "w")
    output = LastingOutput(stream)
    output.write("read\n")
    output.flush()
    assert os.read(reading, 100) == b"read\n"
    os.close(reading)
    for _ in range(3):
        assert output.write("not read\n") == len("not read\n")
        output.flush()
    assert output.failure == "Broken pipe"
    stream.close()


def test_a_text_that_is_longer_than_the_buffer_is_discarded_too() -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as stream:
        output = LastingOutput(stream)
        assert output.write("x" * 100_000) == 100_000
        assert output.failure == "Broken pipe"


def test_everything_else_is_the_stream_s() -> None:
    stream = io.StringIO()
    output = LastingOutput(stream)
    output.write("shown")
    assert (stream.getvalue(), output.failure) == ("shown", "")
    assert output.isatty() is False
    assert cast("io.StringIO", output).getvalue() == "shown"
