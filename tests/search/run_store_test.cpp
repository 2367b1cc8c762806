#include "search/run_store.hpp"

#include <csignal>
#include <fstream>
#include <limits>
#include <map>

#include <SQLiteCpp/SQLiteCpp.h>
#include <doctest/doctest.h>
#include <rapidcheck.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "search/run_verification.hpp"
#include "temporary_folder.hpp"
#include "toy_search.hpp"

namespace evonas::search {
namespace {

using tests::TemporaryFolder;
using toy::Climber;
using toy::text_of;
using toy::World;

EvaluationRecord proposed(std::uint64_t index, std::uint64_t generation) {
  EvaluationRecord record;
  record.index = index;
  record.generation = generation;
  record.genotype = toy::Space().at(index);
  record.architecture = toy::Space().format(record.genotype);
  record.key = toy::Space().key(record.genotype);
  return record;
}

std::string refusal(const std::function<void()>& body) {
  try {
    body();
  } catch (const SearchError& error) {
    return error.what();
  }
  return "";
}

TEST_CASE("everything comes back as it was stored, to the last bit, in any order of arrival") {
  const auto random_value = [](Rng& rng) {
    return (rng.uniform() - 0.5) * std::pow(10.0, double(rng.below(600)) - 300.0);
  };
  CHECK(rc::check("round trip", [&] {
    Rng rng(*rc::gen::arbitrary<std::uint64_t>(), "store");
    const TemporaryFolder folder;
    std::vector<EvaluationRecord> expected;
    {
      RunStore store = RunStore::create(folder.path(), {{"host", "a \"quoted\"\nname"}});
      for (std::uint64_t i = 0; i < 8; ++i) {
        expected.push_back(proposed(i, i / 5));
        if (i % 3 == 1) expected.back().rung = 1 + static_cast<std::uint32_t>(rng.below(4));
        if (i % 4 == 0) continue;
        Origin& origin = expected.back().origin.emplace();
        origin.how = static_cast<Operator>(rng.below(6));
        origin.generations = rng.below(100);
        if (i % 4 > 1) origin.parent = rng.below(i);
        if (i % 4 > 2) origin.other_parent = rng.below(i);
      }
      store.add_generation({0, 6, 5}, std::span(expected).first(5));
      store.add_generation({1, 3, 3}, std::span(expected).last(3));
      std::vector<std::size_t> order{0, 1, 2, 3, 4, 5, 6, 7};
      rng.shuffle(std::span(order));
      for (const std::size_t i : order) {
        evaluation::Outcome outcome;
        outcome.seconds = rng.uniform();
        for (std::int64_t epoch = 1; rng.chance(0.6); epoch += 2) {
          outcome.by_epoch[epoch] = {{"a", random_value(rng)}, {"loss", 0.5}};
        }
        if (rng.chance(0.3)) {
          outcome.failure = "failed: 'it' said \"no\"";
        } else {
          outcome.metrics["a"] = {random_value(rng), std::nullopt, random_value(rng)};
          outcome.metrics["b"] = {double(rng.below(5)), 0.0, std::nullopt};
        }
        expected[i].metrics = outcome.metrics;
        expected[i].failure = outcome.failure;
        expected[i].seconds = outcome.seconds;
        expected[i].by_epoch = outcome.by_epoch;
        const std::vector<IndexedOutcome> one{{i, outcome}};
        store.add_outcomes("source", one, {.evaluate = 1.5});
      }
      GenerationRecord state{0, 5, 1, 3, 2, {random_value(rng), std::nullopt}, 0.1, 1e-3};
      store.finish_generation(state, {.breed = 0.5, .evaluate = 2.0});
      CHECK(store.seconds() == 2.5);
      CHECK(store.generations().front().best == state.best);
    }
    const RunStore store = RunStore::open(folder.path());
    const auto records = store.evaluations();
    RC_ASSERT(records.size() == expected.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
      RC_ASSERT(text_of(records[i]) == text_of(expected[i]));
      const auto outcomes = store.outcomes_by_epoch("source");
      RC_ASSERT(outcomes.contains(i) == !expected[i].by_epoch.empty());
      if (!outcomes.contains(i)) continue;
      RC_ASSERT(outcomes.at(i).by_epoch == expected[i].by_epoch);
      RC_ASSERT(outcomes.at(i).metrics == expected[i].metrics);
      RC_ASSERT(outcomes.at(i).failure == expected[i].failure);
      RC_ASSERT(outcomes.at(i).seconds == expected[i].seconds);
    }
    RC_ASSERT(store.outcomes_by_epoch("other").empty());
    RC_ASSERT(store.get("host") == std::optional<std::string>("a \"quoted\"\nname"));
    RC_ASSERT(store.asks() == std::vector<AskRecord>({{0, 6, 5}, {1, 3, 3}}));
    RC_ASSERT(store.finished_sources() ==
              std::vector<std::vector<std::string>>(8, std::vector<std::string>{"source"}));
    RC_ASSERT(store.verify_checksums().empty());
  }));
}

TEST_CASE("completions are stored with the outcome that they come with, and come back by place") {
  const TemporaryFolder folder;
  std::vector<CompletionRecord> expected;
  {
    RunStore store = RunStore::create(folder.path());
    CHECK(store.completions().empty());
    for (std::uint64_t i = 0; i < 4; ++i) {
      const std::vector<EvaluationRecord> one{proposed(i, i)};
      store.add_generation({i, 1, 1}, one);
    }
    for (const std::uint64_t evaluation : {2, 0, 3}) {
      expected.push_back({expected.size(), evaluation, 3 + expected.size() / 2});
      const std::vector<IndexedOutcome> one{{evaluation, {.failure = "no"}}};
      store.add_outcomes("source", one, {}, expected.back());
    }
    const std::vector<IndexedOutcome> one{{1, {.failure = "no"}}};
    store.add_outcomes("source", one, {});
    // Nothing of a refused one is there.
    CHECK_THROWS_AS(store.add_outcomes("other", one, {}, CompletionRecord{0, 1, 4}), SearchError);
  }
  const RunStore store = RunStore::open_read_only(folder.path());
  CHECK(store.completions() == expected);
  CHECK(store.finished_sources()[1] == std::vector<std::string>{"source"});
  CHECK(store.verify_checksums().empty());
}

TEST_CASE("the final training is stored, replaced and checked") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  CHECK_FALSE(store.final());
  store.set_final(
      {{"<a>", {{"test_accuracy", {91.5, 91.0, 92.0}}, {"latency_ms", {3, {}, {}}}}}, 7.5, {}});
  store.set_final({{"<b>", {{"test_accuracy", {92.5, std::nullopt, 93.0}}}},
                   8.5,
                   {{"<d>", {{"latency_ms", {9.0, 8.5, 9.5}}}},
                    {"<c>", {{"latency_ms", {7.0, {}, {}}}, {"params", {5.0, {}, {}}}}}}});
  REQUIRE(store.final());
  CHECK(store.final()->architecture == "<b>");
  CHECK(store.final()->seconds == 8.5);
  CHECK(store.final()->metrics.size() == 1);
  CHECK(store.final()->metrics.at("test_accuracy") ==
        evaluation::Measurement{92.5, std::nullopt, 93.0});
  REQUIRE(store.final()->rejected.size() == 2);
  CHECK(store.final()->rejected[0].architecture == "<d>");
  CHECK(store.final()->rejected[0].metrics.at("latency_ms") ==
        evaluation::Measurement{9.0, 8.5, 9.5});
  CHECK(store.final()->rejected[1].architecture == "<c>");
  CHECK(store.final()->rejected[1].metrics.size() == 2);
  CHECK(store.verify_checksums().empty());
}

TEST_CASE("what the genes matter is stored, replaced and checked") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  CHECK(store.gene_importance().empty());
  store.set_gene_importance({{"a", {0.5, 0.25, 0.0}}, {"b", {1.0}}});
  GeneImportances importance{{"a", {}}};
  for (int gene = 0; gene < 12; ++gene) importance["a"].push_back(gene / 7.0);
  store.set_gene_importance(importance);
  CHECK(store.gene_importance() == importance);
  CHECK(store.verify_checksums().empty());
  store.set_gene_importance({});
  CHECK(store.gene_importance().empty());
  CHECK(store.verify_checksums().empty());
}

TEST_CASE("a manifest entry can be set again") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path(), {{"a", "1"}});
  store.set("a", "2");
  store.set({{"a", "3"}, {"b", ""}});
  CHECK(store.manifest() == std::map<std::string, std::string>{{"a", "3"}, {"b", ""}});
  CHECK_FALSE(store.get("c"));
  CHECK(store.verify_checksums().empty());
}

TEST_CASE("a second writer is refused, a reader is not, and both may come later") {
  const TemporaryFolder folder;
  {
    RunStore store = RunStore::create(folder.path());
    CHECK(refusal([&] { RunStore::open(folder.path()); }).find("in use") != std::string::npos);
    CHECK(refusal([&] { RunStore::create(folder.path()); }).find("in use") != std::string::npos);
    const RunStore reader = RunStore::open_read_only(folder.path());
    store.set("a", "1");
    CHECK_FALSE(reader.get("a"));
    CHECK(RunStore::open_read_only(folder.path()).get("a") == std::optional<std::string>("1"));
    const pid_t child = ::fork();
    if (child == 0) {
      ::_exit(refusal([&] { RunStore::open(folder.path()); }).empty() ? 1 : 0);
    }
    int status = -1;
    ::waitpid(child, &status, 0);
    CHECK(status == 0);
  }
  CHECK(RunStore::open(folder.path()).get("a") == std::optional<std::string>("1"));
}

TEST_CASE("a folder that holds a run, none, or something else, is told apart") {
  const TemporaryFolder folder;
  const auto file = folder.path() / "run.sqlite";
  CHECK_FALSE(RunStore::exists(folder.path()));
  CHECK(refusal([&] { RunStore::open(folder.path()); }).find("holds no run") != std::string::npos);
  // What a kill leaves behind while the file is made.
  std::ofstream(file).close();
  CHECK_FALSE(RunStore::exists(folder.path()));
  CHECK(refusal([&] { RunStore::open(folder.path()); }).find("holds no run") != std::string::npos);
  RunStore::create(folder.path() / "new" / "folder");
  CHECK(RunStore::exists(folder.path() / "new" / "folder"));
  RunStore::create(folder.path());
  CHECK(RunStore::exists(folder.path()));
  CHECK(refusal([&] { RunStore::create(folder.path()); }).find("already holds a run") !=
        std::string::npos);
  SQLite::Database(file.string(), SQLite::OPEN_READWRITE).exec("PRAGMA user_version = 99");
  CHECK(refusal([&] { RunStore::open(folder.path()); }).find("format 99") != std::string::npos);
  std::filesystem::remove(file.string() + "-wal");
  std::ofstream(file) << std::string(5000, 'x');
  CHECK(refusal([&] { RunStore::open_read_only(folder.path()); }).find("damaged") !=
        std::string::npos);
}

/// Makes of a store one as it was before there were these tables.
void make_older(const std::filesystem::path& file, int format,
                const std::vector<std::string>& later_tables) {
  SQLite::Database database(file.string(), SQLite::OPEN_READWRITE);
  for (const std::string& table : later_tables) {
    database.exec("DROP TABLE " + table);
    database.exec("DELETE FROM seal WHERE name = '" + table + "'");
  }
  database.exec(fmt::format("PRAGMA user_version = {}", format));
}

std::size_t with_origin(const SearchSummary& summary) {
  return static_cast<std::size_t>(std::ranges::count_if(
      summary.evaluations,
      [](const EvaluationRecord& record) { return record.origin.has_value(); }));
}

TEST_CASE("a run of the format before origins is read as it is, and continued with them") {
  const TemporaryFolder folder;
  const World world(18);
  const auto load = [&] {
    return load_summary(RunStore::open_read_only(folder.path()), world.setup.problem);
  };
  {
    RunStore store = RunStore::create(folder.path());
    World(12).run(&store);
  }
  make_older(folder.path() / "run.sqlite", 2,
             {"origin", "importance", "screening", "completion", "by_epoch"});
  {
    const RunStore old = RunStore::open_read_only(folder.path());
    CHECK(old.verify_checksums().empty());
    CHECK(with_origin(load()) == 0);
    CHECK(load().evaluations.size() == 12);
    Climber climber(7, world.batch);
    CHECK(verify_run(world.setup, climber, old).empty());
  }
  RunStore store = RunStore::open(folder.path());
  CHECK(store.verify_checksums().empty());
  CHECK(with_origin(load()) == 0);
  const SearchSummary summary = world.run(&store);
  CHECK(text_of(summary) == text_of(World(18).run()));
  CHECK(text_of(load()) == text_of(summary));
  CHECK(with_origin(summary) == 18);
  Climber climber(7, world.batch);
  CHECK(verify_run(world.setup, climber, store).empty());
}

TEST_CASE("a run of an older format is read as it is, and continued") {
  const std::map<int, std::vector<std::string>> later{{3, {"screening", "completion", "by_epoch"}},
                                                      {5, {"by_epoch"}}};
  for (const auto& [format, tables] : later) {
    CAPTURE(format);
    const TemporaryFolder folder;
    const World world(18);
    {
      RunStore store = RunStore::create(folder.path());
      World(12).run(&store);
    }
    make_older(folder.path() / "run.sqlite", format, tables);
    {
      const RunStore old = RunStore::open_read_only(folder.path());
      CHECK(old.verify_checksums().empty());
      CHECK(old.outcomes_by_epoch("accuracy").empty());
      CHECK(text_of(load_summary(old, world.setup.problem)) == text_of(World(12).run()));
    }
    RunStore store = RunStore::open(folder.path());
    CHECK(text_of(world.run(&store)) == text_of(World(18).run()));
    CHECK(store.verify_checksums().empty());
    Climber climber(7, world.batch);
    CHECK(verify_run(world.setup, climber, store).empty());
  }
}

TEST_CASE("a format that says less than the file holds is found out") {
  const TemporaryFolder folder;
  {
    RunStore store = RunStore::create(folder.path());
    World(12).run(&store);
  }
  SQLite::Database((folder.path() / "run.sqlite").string(), SQLite::OPEN_READWRITE)
      .exec("PRAGMA user_version = 2");
  CHECK_FALSE(RunStore::open_read_only(folder.path()).verify_checksums().empty());
}

TEST_CASE("grouped commits keep their order and are durable after a flush") {
  const TemporaryFolder folder;
  RunStore store = RunStore::create(folder.path());
  store.group_commits(1000.0);
  store.set("a", "1");
  store.set("b", "2");
  CHECK(store.get("b"));
  CHECK_FALSE(RunStore::open_read_only(folder.path()).get("a"));
  store.flush();
  CHECK(RunStore::open_read_only(folder.path()).get("b"));
  CHECK(RunStore::open_read_only(folder.path()).verify_checksums().empty());
}

/// A disk of its own, where the test may mount one.
class SmallDisk {
 public:
  explicit SmallDisk(const std::filesystem::path& path, const char* size)
      : path_(path), mounted_(::mount("tmpfs", path.c_str(), "tmpfs", 0, size) == 0) {}
  ~SmallDisk() {
    if (mounted_) ::umount2(path_.c_str(), MNT_DETACH);
  }
  SmallDisk(const SmallDisk&) = delete;
  SmallDisk& operator=(const SmallDisk&) = delete;
  bool mounted() const { return mounted_; }

 private:
  std::filesystem::path path_;
  bool mounted_;
};

TEST_CASE("a full disk ends a search with a clear error, and after room is made it continues") {
  const std::string expected = text_of(World(240).run());
  const TemporaryFolder folder;
  const SmallDisk disk(folder.path(), "size=320k");
  if (!disk.mounted()) {
    MESSAGE("skipped: a small disk can be mounted by root only");
    return;
  }
  // Different amounts of room make the disk full at different places.
  for (const std::size_t ballast : {0, 40000, 90000, 100000, 110000}) {
    const auto run = folder.path() / fmt::format("run{}", ballast);
    const auto filler = folder.path() / "filler";
    std::ofstream(filler) << std::string(ballast, 'x');
    const World world(240);
    const auto session = [&] {
      RunStore store = RunStore::exists(run) ? RunStore::open(run) : RunStore::create(run);
      return world.run(&store);
    };
    const std::string message = refusal([&] { session(); });
    REQUIRE_MESSAGE(message.find("disk") != std::string::npos, message);
    CHECK(message.find("run.sqlite") != std::string::npos);
    CHECK(message.find("evonas resume") != std::string::npos);
    // Still full: the same answer, and nothing is lost.
    CHECK(refusal([&] { session(); }).find("disk") != std::string::npos);
    std::filesystem::remove(filler);
    REQUIRE(::mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT, "size=8m") == 0);
    std::size_t stored = 0;
    if (RunStore::exists(run)) {
      const RunStore store = RunStore::open_read_only(run);
      CHECK(store.verify_checksums().empty());
      stored = load_summary(store, world.setup.problem).evaluations.size();
    }
    std::size_t trained = 0;
    world.trained->log = [&](const evaluation::Candidate&, bool done) { trained += done; };
    CHECK(text_of(session()) == expected);
    CHECK(trained <= 240 - stored);
    std::filesystem::remove_all(run);
    REQUIRE(::mount("tmpfs", folder.path().c_str(), "tmpfs", MS_REMOUNT, "size=320k") == 0);
  }
}

TEST_CASE("a limit on the size of files is reported as a full disk is") {
  const TemporaryFolder folder;
  const pid_t child = ::fork();
  if (child == 0) {
    ::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit{150000, 150000};
    ::setrlimit(RLIMIT_FSIZE, &limit);
    const std::string message = refusal([&] {
      RunStore store = RunStore::create(folder.path());
      World(240).run(&store);
    });
    ::_exit(message.find("is the disk full?") != std::string::npos ? 0 : 1);
  }
  int status = -1;
  ::waitpid(child, &status, 0);
  CHECK(status == 0);
  RunStore store = RunStore::open(folder.path());
  CHECK(store.verify_checksums().empty());
  CHECK(!store.evaluations().empty());
  CHECK(text_of(World(240).run(&store)) == text_of(World(240).run()));
}

}  // namespace
}  // namespace evonas::search
