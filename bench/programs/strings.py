"""Building and taking apart text."""


def main():
    parts = []
    for i in range(200_000):
        parts.append(f"item {i}: {i * 2:>8}")
    text = "\n".join(parts)
    words = {}
    for line in text.split("\n"):
        head, _, tail = line.partition(":")
        words[tail.strip()[-1]] = words.get(tail.strip()[-1], 0) + len(head)
    grown = ""
    for i in range(200_000):
        grown += "ab"
    return len(text), sorted(words.items()), len(grown), text.replace("item", "x").count("x"), text.upper()[-20:]
