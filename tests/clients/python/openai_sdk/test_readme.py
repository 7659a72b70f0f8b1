import re
from pathlib import Path

from server import SAID, URL

README = Path(__file__).resolve().parents[4] / "README.md"


def test_the_example_of_the_readme_prints_the_reply(capsys):
    [example] = re.findall(r"^```python\n(.*?)^```$", README.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    assert "http://127.0.0.1:8080" in example
    exec(example.replace("http://127.0.0.1:8080", URL), {})
    assert capsys.readouterr().out == SAID
