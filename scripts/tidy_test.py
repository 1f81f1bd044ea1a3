"""Each rule of tidy.py on text that breaks it and on text that does not."""

import unittest

from scripts import tidy
from scripts.tidy import File

LONG_FUNCTION = "int F(int x) {\n" + "  x++;\n" * 80 + "  return x;\n}\n"
LONG_CLASS = "class C {\n" + "  void f() {\n    g();\n  }\n" * 40 + "};\n"

# (rule, path, text, how many problems)
CASES = [
    (tidy.domain_is_pure, "services/x/domain/a.h", '#include "yaoshi/x/v1/a.pb.h"\n#include <grpcpp/grpcpp.h>\n', 2),
    (tidy.domain_is_pure, "services/x/domain/a.cc", '#include "common/db/session.h"\nvoid F(const Clock& c);\n', 2),
    (tidy.domain_is_pure, "services/x/domain/a.cc", '#include "common/calendar/date.h"\n// Clock\n', 0),
    (tidy.domain_is_pure, "services/x/store/a.cc", '#include "common/db/session.h"\n', 0),
    (tidy.protos_meet_domain_in_convert, "services/x/rollup.h", '#include "yaoshi/x/v1/a.pb.h"\n', 1),
    (tidy.protos_meet_domain_in_convert, "services/x/store/a.h", '#include "yaoshi/x/v1/a.pb.h"\n', 0),
    (tidy.protos_meet_domain_in_convert, "services/x/convert.h", '#include "yaoshi/x/v1/a.pb.h"\n', 0),
    (tidy.owners_keep_apart, "services/x/a.cc", '#include "services/y/a.h"\n#include "services/x/b.h"\n', 1),
    (tidy.owners_keep_apart, "common/x/a.cc", '#include "gateway/http/a.h"\n', 1),
    (tidy.owners_keep_apart, "gateway/a.cc", '#include "common/rpc/client.h"\n', 0),
    (tidy.sql_is_at_home, "services/x/a.cc", 'auto s = "SELECT id "\n         "FROM project";\n', 1),
    (tidy.sql_is_at_home, "services/x/a.cc", 'auto s = R"(UPDATE project SET a = 1)";\n', 1),
    (tidy.sql_is_at_home, "services/x/a.cc", '// SELECT id FROM project\nauto s = "Select one from the list";\n', 0),
    (tidy.sql_is_at_home, "services/x/store/a.cc", 'auto s = "DELETE FROM project";\n', 0),
    (tidy.sql_is_portable, "services/x/store/a.cc", 'auto s = "INSERT IGNORE INTO t VALUES (1)";\n', 1),
    (tidy.sql_is_portable, "services/x/migrations/1.sql", "-- RETURNING is not used\nSELECT GET_LOCK('a', 1);\n", 1),
    (tidy.sql_is_portable, "services/x/store/a.cc", 'auto s = "SELECT id FROM t FOR UPDATE";\n', 0),
    (tidy.tables_have_keys, "services/x/migrations/1.sql", "CREATE TABLE t (a INT);\n", 1),
    (tidy.tables_have_keys, "services/x/migrations/1.sql", "CREATE TABLE t (a INT, PRIMARY KEY (a));\n", 0),
    (tidy.connector_swallows, "common/db/a.cc", "c->commit();\nc.rollback();\nc->setAutoCommit(false);\n", 3),
    (tidy.connector_swallows, "common/db/a.cc", '// c->commit();\nRun("->commit()");\ntx.Commit();\n', 0),
    (tidy.tests_do_not_sleep, "common/x/a_test.cc", "std::this_thread::sleep_for(1s);\n", 1),
    (tidy.tests_do_not_sleep, "tests/e2e/a.test.mjs", "setTimeout(f, 5);\n", 1),
    (tidy.tests_do_not_sleep, "common/x/a.cc", "std::this_thread::sleep_for(1s);\n", 0),
    (tidy.tests_are_repeatable, "common/x/a_test.cc", 'std::random_device d;\nListen("127.0.0.1:8080");\n', 2),
    (tidy.tests_are_repeatable, "common/x/a_test.cc", 'Listen("127.0.0.1:0");\n', 0),
    (tidy.nothing_is_unfinished, "README.md", "TODO: write\nmktemp /tmp/a.XXXXXX\n", 1),
    (tidy.no_machine_is_named, "README.md", "see /home/me/notes and /root/x\n", 2),
    (tidy.no_machine_is_named, "README.md", "https://example.org/work/plan, $ROOT/work/x\n", 0),
    (tidy.files_are_short, "a.cc", "\n" * 601, 1),
    (tidy.files_are_short, "a.cc", "\n" * 600, 0),
    (tidy.functions_are_short, "a.cc", LONG_FUNCTION, 1),
    (tidy.functions_are_short, "a.cc", "namespace a {\n" + LONG_FUNCTION + "}\n", 1),
    (tidy.functions_are_short, "a.cc", LONG_CLASS + "constexpr T kTable[] = {\n" + "  {F(1)},\n" * 90 + "};\n", 0),
    (tidy.functions_are_short, "a.cc", "constexpr auto kTable = std::to_array<T>({\n" + "  {1},\n" * 90 + "});\n", 0),
    (tidy.functions_are_short, "a.cc", "auto f = 'a';  // it's {\nint g() { return 1'000; }\n" + "\n" * 90, 0),
]


class RulesTest(unittest.TestCase):
    def test_every_rule_by_table(self):
        for rule, path, text, problems in CASES:
            with self.subTest(rule=rule.__name__, path=path, text=text[:60]):
                self.assertEqual(len(list(rule(File(path, text)))), problems)

    def test_every_rule_has_a_case(self):
        self.assertEqual({rule for rule, *_ in CASES}, set(tidy.RULES))

    def test_a_place_is_named_by_its_line(self):
        self.assertEqual(list(tidy.nothing_is_unfinished(File("a.cc", "a\nb\n// FIXME\n"))), [(3, "unfinished: FIXME")])


class ReasonsTest(unittest.TestCase):
    CODE = File("a.cc", 'return Error(absl::StatusCode::kAborted,\n  "ETAG_MISMATCH", "Read again.");\n')

    def test_an_undocumented_reason_is_found(self):
        self.assertEqual(tidy.check([self.CODE]), [("a.cc", 2, "ETAG_MISMATCH is not in docs/errors.md")])

    def test_a_documented_reason_is_fine(self):
        page = File("docs/errors.md", "| `ETAG_MISMATCH` | ABORTED | … | … |\n")
        self.assertEqual(tidy.check([self.CODE, page]), [])

    def test_a_documented_reason_that_nothing_gives_is_found(self):
        page = File("docs/errors.md", "| `GONE` | ABORTED | … | … |\n")
        self.assertEqual(tidy.check([page]), [("docs/errors.md", 1, "no code gives GONE")])


if __name__ == "__main__":
    unittest.main()
