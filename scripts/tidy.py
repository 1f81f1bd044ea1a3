#!/usr/bin/env python3
"""The rules of the repository that no compiler checks. Run by `./dev check`; each rule is one function.

A rule takes a File and yields (line, message). Rules that need several files stand at the end.
"""

import dataclasses
import functools
import pathlib
import re
import subprocess
import sys

MAX_FILE_LINES = 600
MAX_FUNCTION_LINES = 70

ROOT = pathlib.Path(__file__).resolve().parent.parent
TEXT_SUFFIXES = {".cc", ".h", ".py", ".mjs", ".js", ".ts", ".proto", ".sql", ".md", ".txt", ".cmake", ".yaml", ".json", ".sh", ""}
CODE_SUFFIXES = {".cc", ".h"}


@dataclasses.dataclass(frozen=True)
class File:
    path: str
    text: str

    @property
    def suffix(self):
        return pathlib.PurePosixPath(self.path).suffix

    @property
    def is_code(self):
        return self.suffix in CODE_SUFFIXES

    @property
    def is_test(self):
        return self.path.startswith("tests/") or "_test." in self.path or "/testing" in self.path or ".test." in self.path

    @functools.cached_property
    def lexed(self):
        return lex(self.text)

    @property
    def code(self):
        """The text with comments and the insides of string literals blanked; line breaks stay."""
        return self.lexed[0]

    @property
    def strings(self):
        """[(line, contents)] of the string literals; adjacent ones are one."""
        return self.lexed[1]

    @functools.cached_property
    def includes(self):
        """[(line, header)]; headers keep neither quotes nor brackets."""
        return [(line_of(self.text, m.start()), m.group(1))
                for m in re.finditer(r'^[ \t]*#[ \t]*include[ \t]*[<"]([^>"]+)[>"]', self.text, re.M)]


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<tag>[^(\s]*)\((?P<raw>.*?)\)(?P=tag)"|"(?P<str>(?:\\.|[^"\\\n])*)"'
                   r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)


def lex(text):
    code, strings, last, last_end = [], [], 0, None
    for match in TOKEN.finditer(text):
        code.append(text[last:match.start()])
        last = match.end()
        code.append(re.sub(r"[^\n]", " ", match.group()) if match.group()[0] == "/" else
                    '"' + re.sub(r"[^\n]", "", match.group()) + '"')
        contents = match.group("raw") if match.group("raw") is not None else match.group("str")
        if contents is None:
            continue
        if last_end is not None and not text[last_end:match.start()].strip():
            strings[-1] = (strings[-1][0], strings[-1][1] + contents)
        else:
            strings.append((line_of(text, match.start()), contents))
        last_end = match.end()
    code.append(text[last:])
    return "".join(code), strings


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


def find(pattern, text, message, flags=0):
    for match in re.finditer(pattern, text, flags):
        yield line_of(text, match.start()), message.format(*((match.group(),) + match.groups()))


# ------------------------------------------------------------------------------------------------ layers


def domain_is_pure(file):
    if not re.match(r"services/\w+/domain/", file.path) or file.path.endswith("_test.cc"):
        return
    forbidden = re.compile(r"\.pb\.h$|^google/|^grpc|^mysql|^cppconn|^mariadb|^common/(rpc|db|feed|auth|obs|config|sheet)/"
                           r"|^services/\w+/store/")
    for line, header in file.includes:
        if forbidden.search(header):
            yield line, f"domain/ knows no protos, gRPC or SQL: {header}"
    yield from find(r"\b(Clock|SystemClock|system_clock|steady_clock)\b", file.code,
                    "domain/ asks no clock ({1}): the time is a parameter")


def protos_meet_domain_in_convert(file):
    if not re.match(r"services/\w+/.+", file.path) or not file.is_code or file.path.endswith("_test.cc"):
        return
    if re.search(r"convert|handlers|service|client|(^|/)(store|importer|testing)/|export|(^|/)main\.", file.path.split("/", 2)[2]):
        return
    for line, header in file.includes:
        if header.endswith(".pb.h"):
            yield line, f"protos are for convert, handlers, store, client and service files: {header}"


def owners_keep_apart(file):
    owner = re.match(r"(services/\w+|gateway|common)/", file.path)
    if not owner or (owner[1] == "common" and file.is_test):
        return
    for line, header in file.includes:
        other = re.match(r"(services/\w+|gateway)/", header)
        if other and other[1] != owner[1]:
            yield line, f"{owner[1]} does not include a header of {other[1]}: {header}"


# --------------------------------------------------------------------------------------------------- SQL

SQL = re.compile(r"\b(SELECT\b.+\bFROM|INSERT\s+INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|ALTER|DROP)\s+TABLE"
                 r"|START\s+TRANSACTION)\b", re.S)
SQL_HOMES = re.compile(r"services/\w+/(store|migrations)/|common/(db|feed|import)/|common/testing/|scripts/")


def sql_is_at_home(file):
    if file.is_code and not file.is_test and not SQL_HOMES.match(file.path):
        for line, contents in file.strings:
            if SQL.search(contents):
                yield line, "SQL belongs in store/, migrations/, common/db, common/feed or common/import"


NOT_PORTABLE = re.compile(r"\b(INSERT\s+IGNORE|RETURNING|SKIP\s+LOCKED|NOWAIT|GET_LOCK|LOCK\s+TABLES|SAVEPOINT|AUTO_INCREMENT"
                          r"|LAST_INSERT_ID|FOREIGN\s+KEY|CREATE\s+(TRIGGER|PROCEDURE|EVENT|VIEW)|FULLTEXT)\b")


def sql_is_portable(file):
    """One binary runs on MariaDB, MySQL 8, Galera, TiDB and Vitess; INSERT IGNORE also hides truncation."""
    if file.suffix == ".sql":
        pieces = [(1, re.sub(r"--[^\n]*", "", file.text))]
    elif file.is_code and SQL_HOMES.match(file.path) and not file.is_test:
        pieces = file.strings
    else:
        return
    for line, contents in pieces:
        for match in NOT_PORTABLE.finditer(contents):
            yield line + contents.count("\n", 0, match.start()), f"not portable SQL: {match.group()}"


def tables_have_keys(file):
    if file.suffix == ".sql":
        for match in re.finditer(r"CREATE\s+TABLE.*?;", file.text, re.S):
            if "PRIMARY KEY" not in match.group():
                yield line_of(file.text, match.start()), "every table has an explicit PRIMARY KEY"


def connector_swallows(file):
    if file.is_code and not file.path.startswith("gateway/"):  # Beast's buffers have a commit() too
        yield from find(r"(?:->|\.)\s*(commit|rollback|setAutoCommit)\s*\(", file.code,
                        "Connector/C++ swallows the errors of {1}(); send the statement as SQL text")


# ------------------------------------------------------------------------------------------------- tests


def tests_do_not_sleep(file):
    if file.is_test and file.is_code:
        yield from find(r"\b(sleep_for|sleep_until|SleepFor|usleep|nanosleep)\s*\(", file.code,
                        "a test waits for an event, not for a time: {1}")
    elif ".test." in file.path:
        yield from find(r"\b(setTimeout|sleep)\s*\(", file.text, "a test waits for an event, not for a time: {1}")


def tests_are_repeatable(file):
    if file.is_test and file.is_code:
        yield from find(r"\brandom_device\b", file.code, "seed the generator with a constant")
        for line, contents in file.strings:
            if re.search(r"(127\.0\.0\.1|localhost|\[::1\]):[1-9]\d{3,}", contents):
                yield line, "no fixed port: listen on port 0 and ask which it became"


# -------------------------------------------------------------------------------------------------- texts


def nothing_is_unfinished(file):
    if file.path not in ("scripts/tidy.py", "scripts/tidy_test.py"):
        yield from find(r"\b(TODO|FIXME|XXX|HACK)\b", file.text, "unfinished: {1}")


def no_machine_is_named(file):
    if file.path in ("scripts/tidy.py", "scripts/tidy_test.py"):
        return
    yield from find(r"(?<![\w.*{}$/-])/(work|root|home/\w+)/\w+", file.text, "a path of one machine: {0}")
    yield from find(r'"resolved": "[^"]*:|https?://(registry|mirror|proxy|nexus|artifactory)\b', file.text,
                    "a package registry's address: {0}")


def files_are_short(file):
    lines = file.text.count("\n")
    if file.suffix in {".cc", ".h", ".py", ".mjs"} and lines > MAX_FILE_LINES:
        yield MAX_FILE_LINES, f"{lines} lines; split it by idea (at most {MAX_FILE_LINES})"


NOT_A_FUNCTION = re.compile(r"(^|[^\w])(namespace|class|struct|union|enum)\b(?![^{]*\))|=\s*$|\[[^\]]*\]\s*(\([^{]*)?$"
                            r"|^\s*(if|for|while|switch|catch|else|do|try)\b|^\s*$")


def functions_are_short(file):
    if not file.is_code:
        return
    code, stack, start = file.code, [], 0
    for match in re.finditer(r"[{};]", code):
        mark = match.group()
        if mark == "{":
            head = code[start:match.start()]
            inside = any(kind for kind, _ in stack)
            is_function = not inside and 0 < head.count("(") == head.count(")") and not NOT_A_FUNCTION.search(head)
            stack.append((is_function, start + len(head) - len(head.lstrip())))
        elif mark == "}" and stack:
            is_function, begin = stack.pop()
            length = code.count("\n", begin, match.end()) + 1
            if is_function and length > MAX_FUNCTION_LINES:
                yield line_of(code, begin), f"a function of {length} lines (at most {MAX_FUNCTION_LINES})"
        start = match.end()


RULES = [domain_is_pure, protos_meet_domain_in_convert, owners_keep_apart, sql_is_at_home, sql_is_portable,
         tables_have_keys, connector_swallows, tests_do_not_sleep, tests_are_repeatable, nothing_is_unfinished,
         no_machine_is_named, files_are_short, functions_are_short]

# ------------------------------------------------------------------------------------- rules over all files

REASON = re.compile(r'(?:\b(?:Error|InvalidFields|Fault)\s*[({]|^\s*return \{)[^";]*?"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+)"', re.M)


def reasons(files):
    """{reason: (path, line)} of the error reasons that the code gives and the protos promise."""
    found = {}
    for file in files:
        if file.path.endswith(".cc") and not file.is_test:
            for match in REASON.finditer(file.text):
                found.setdefault(match.group(1), (file.path, line_of(file.text, match.start(1))))
        elif file.suffix == ".proto":
            for match in re.finditer(r"// (?:.*[.] )?Errors:([^\n]*(?:\n\s*//[^\n]*)*)", file.text):
                for reason in re.finditer(r"\b[A-Z]+(?:_[A-Z]+)+\b", match.group(1)):
                    found.setdefault(reason.group(), (file.path, line_of(file.text, match.start())))
    return found


def said_anywhere(files):
    """The UPPER_SNAKE_CASE literals of the product's code; reasons may reach Error() through a helper."""
    return {contents for file in files if file.path.endswith((".cc", ".h")) and not file.is_test
            and "messages_zh" not in file.path for _, contents in file.strings if re.fullmatch(r"[A-Z][A-Z0-9_]+", contents)}


def reasons_are_documented(files):
    """docs/errors.md lists the reasons that the code gives, and no others."""
    page = next((file for file in files if file.path == "docs/errors.md"), File("docs/errors.md", ""))
    documented = {m.group(1): line_of(page.text, m.start()) for m in re.finditer(r"^\| `([A-Z0-9_]+)` \|", page.text, re.M)}
    for reason, (path, line) in reasons(files).items():
        if reason not in documented:
            yield path, line, f"{reason} is not in docs/errors.md"
    said = said_anywhere(files)
    for reason, line in documented.items():
        if reason not in said:
            yield page.path, line, f"no code gives {reason}"


def repository_files():
    listed = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT,
                            check=True, capture_output=True).stdout.decode().split("\0")
    for path in sorted(set(filter(None, listed))):
        whole = ROOT / path
        if whole.suffix in TEXT_SUFFIXES and whole.is_file() and not whole.is_symlink():
            try:
                yield File(path, whole.read_text(encoding="utf-8"))
            except UnicodeDecodeError:
                continue


def check(files):
    files = list(files)
    problems = [(file.path, line, message) for file in files for rule in RULES for line, message in rule(file)]
    problems.extend(reasons_are_documented(files))
    return sorted(problems)


def main():
    files = list(repository_files())
    problems = check(files)
    for path, line, message in problems:
        print(f"{path}:{line}: {message}")
    print(f"{len(files)} files, {len(RULES) + 1} rules, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
