// yaoshi_bench: the parts of ./dev bench that must be as fast as what they measure. tests/bench/run.mjs calls it.
#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "tests/bench/bare_echo.h"
#include "tests/bench/bare_sql.h"
#include "tests/bench/scan_load.h"
#include "tests/bench/schedule_load.h"
#include "tests/bench/update_load.h"

namespace yaoshi::bench {
namespace {

std::vector<EchoAnswer> ReadAnswers(const std::vector<std::string>& given) {
  std::vector<EchoAnswer> answers;
  for (const std::string& text : given) {
    const size_t at = text.find('=');
    std::ifstream file(text.substr(at + 1), std::ios::binary);
    answers.push_back({text.substr(0, at), {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()}});
  }
  return answers;
}

void AddSqlFlags(CLI::App& command, SqlLoad& load) {
  command.add_option("--socket", load.socket, "Unix socket of the database")->required();
  command.add_option("--schema", load.schema, "Schema with the registry's tables")->required();
  command.add_option("--threads", load.threads, "Connections, each in a thread of its own");
  command.add_option("--seconds", load.seconds, "How long");
}

int Main(int argc, char** argv) {
  CLI::App app("What Yaoshi is measured against, and the load of writes", "yaoshi_bench");
  app.require_subcommand(1);
  std::vector<std::string> answers;
  CLI::App* echo = app.add_subcommand("echo", "A bare gRPC server that answers METHOD with the bytes of FILE");
  echo->add_option("--answer", answers, "METHOD=FILE; may be given again")->required();
  SqlLoad sql;
  CLI::App* reads = app.add_subcommand("sql-reads", "The SELECT of GetProject of a past date");
  AddSqlFlags(*reads, sql);
  reads->add_option("--project", sql.project, "Hexadecimal id of the project")->required();
  CLI::App* writes = app.add_subcommand("sql-writes", "The transaction of UpdateProject");
  AddSqlFlags(*writes, sql);
  writes->add_option("--skip", sql.skip, "Projects that are written already");
  UpdateLoad update;
  CLI::App* updates = app.add_subcommand("updates", "Calls of UpdateProject");
  updates->add_option("--target", update.target, "Address of the registry")->required();
  updates->add_option("--token-file", update.token_file, "File with an access token")->required();
  updates->add_option("--names", update.names_file, "File with names of projects, one a line")->required();
  updates->add_option("--in-flight", update.in_flight, "Calls at a time");
  updates->add_option("--seconds", update.seconds, "How long");
  ScheduleLoad schedules;
  CLI::App* schedule = app.add_subcommand("schedules", "Backward schedules of many cases");
  schedule->add_option("--projects", schedules.projects, "Cases")->check(CLI::PositiveNumber);
  schedule->add_flag("--plain", schedules.plain, "One plain pass over the same arrays instead");
  ScanLoad scans;
  CLI::App* scan =
      app.add_subcommand("scan", "The scan of many cases for what is due, and a plain pass over their facts");
  scan->add_option("--cases", scans.cases, "Cases")->check(CLI::PositiveNumber);
  scan->add_flag("--one-day", scans.one_day, "All are due on one day");
  scan->add_option("--rounds", scans.rounds, "Rounds of both sides")->check(CLI::PositiveNumber);
  CLI11_PARSE(app, argc, argv);
  if (echo->parsed()) return RunEcho(ReadAnswers(answers));
  if (reads->parsed()) return RunSqlReads(sql);
  if (writes->parsed()) return RunSqlWrites(sql);
  if (schedule->parsed()) return RunSchedules(schedules);
  if (scan->parsed()) return RunScan(scans);
  return RunUpdates(update);
}

}  // namespace
}  // namespace yaoshi::bench

int main(int argc, char** argv) {
  try {
    return yaoshi::bench::Main(argc, argv);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 1;
  }
}
