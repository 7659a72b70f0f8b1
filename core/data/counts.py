"""Writes counts.json, the table that core/src/tokens is tested with: texts, how
often each is repeated, and how many tokens tiktoken makes of that.

    pip install tiktoken && python3 counts.py > counts.json
"""

import json
import random

import tiktoken

ENCODINGS = ["cl100k_base", "o200k_base"]

TEXTS = [
    ("", 1),
    ("powered by openai", 1),
    ("Hello, world! How's it going? I'VE won't they'Ll you’re", 1),
    ("The quick brown fox jumps over the lazy dog.\n\nIt cost $1,234,567.89 in 2024.", 1),
    ("fn main() {\n    let x: Vec<u8> = (0..10).collect();\n\tprintln!(\"{x:?}\"); // ok\n}\n", 1),
    ("def f(a_b, cD=None):\r\n    return {'k': [1, 2.5e-3], \"ü\": a_b[::-1]}\r\n", 1),
    ("https://example.com/a/b?c=d&e=%20f#/g//h", 1),
    ("你好，世界！这是一个测试。", 1),
    ("今日はとても良い天気ですね。カタカナもあります。", 1),
    ("안녕하세요 세계", 1),
    ("Привет, мир! ЁЖИК Ёжик ёжик", 1),
    ("Ελληνικά ΚΕΦΑΛΑΙΑ", 1),
    ("مرحبا بالعالم", 1),
    ("שלום עולם", 1),
    ("नमस्ते दुनिया क्षत्रिय", 1),
    ("สวัสดีชาวโลก", 1),
    ("🦀🦀 👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 ❤️", 1),
    ("CamelCase snake_case SCREAMING_CASE kebab-case HTTPServer iPhone ǅungla ǆungla", 1),
    ("e\u0301te\u0301 E\u0301TE\u0301 \u0301\u0301A \u0301a", 1),
    ("'s 'S 'ſ 'll 'LL 'lL 've 're 'd 'm 't 'x x's X'S 1's", 1),
    ("½ ² Ⅷ ٣٤٥٦ 1234567 १२३४", 1),
    ("a  b   c    d\t\te \t f\u00a0g\u3000h\u2028i", 1),
    ("  leading, trailing  \n ", 1),
    ("\n\n\n \n\n  \r\n\t\n x \n", 1),
    ("<|endoftext|><|im_start|>user<|im_sep|>", 1),
    ("\u0000\u0001\u007f\u0085\ufeff\ufffd", 1),
    ("a", 300),
    (" ", 300),
    ("\n", 300),
    ("ab", 5000),
    ("=-", 5000),
    ("the ", 3000),
    ("漢", 3000),
    ("1", 3000),
    ("\u0301", 1000),
    (" \n", 2000),
]

ALPHABETS = [
    "aB 'sſ\n",
    " \t\r\n\u00a0x",
    "aA\u0301\u4e00ʰǅ '!/",
    "Ab1½ .,;/\n\r",
    "éÜñ你🦀\u200d\u0e33क\u094d",
    "'sStTlLvVeErRmMdD x",
]

randoms = random.Random(1)
for alphabet in ALPHABETS:
    for _ in range(40):
        length = randoms.randint(1, 40)
        TEXTS.append(("".join(randoms.choices(alphabet, k=length)), 1))
for _ in range(60):
    points = [randoms.randint(0, 0x2FFFF) for _ in range(randoms.randint(1, 25))]
    TEXTS.append(("".join(chr(p) for p in points if not 0xD800 <= p < 0xE000), 1))

encodings = [tiktoken.get_encoding(name) for name in ENCODINGS]
rows = []
for text, times in TEXTS:
    counts = [len(encoding.encode_ordinary(text * times)) for encoding in encodings]
    rows.append(json.dumps([text, times, *counts]))
print("[\n" + ",\n".join(rows) + "\n]")
