#include <filesystem>
#include <sstream>

#include <fmt/format.h>

#include "base/csv_field.hpp"
#include "base/json.hpp"
#include "base/parallel.hpp"
#include "base/random.hpp"
#include "cli/commands/predictor_options.hpp"
#include "cli/config/space_section.hpp"
#include "cli/run/appended_csv.hpp"
#include "cli/run/atomic_file.hpp"
#include "cli/run/search_session.hpp"
#include "evaluation/table/csv.hpp"
#include "predictor/checkpoint.hpp"
#include "predictor/device_transfer.hpp"

namespace evonas::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestPool = 4000;  // its square is in memory

/// What is known of devices, read from a file.
struct DevicesFile {
  predictor::CheckpointAbout about;
  spaces::AnySpace space;
  std::shared_ptr<const predictor::KnownDevices> known;
};

DevicesFile read_devices(const std::string& file) {
  const predictor::Checkpoint checkpoint = predictor::read_checkpoint(read_whole(file), file);
  if (checkpoint.about.predictor != predictor::DeviceTransfer::kDevicesName) {
    throw predictor::PredictorError(
        fmt::format("{} holds the predictor {}, expected devices, as 'evonas predictor devices' "
                    "writes them",
                    file, checkpoint.about.predictor));
  }
  const spaces::AnySpace space =
      config::make_space(checkpoint.about.space, checkpoint.about.space_options);
  try {
    auto known =
        std::make_shared<const predictor::KnownDevices>(predictor::KnownDevices::from_state(
            checkpoint.state, std::make_shared<const predictor::GraphFeatures>(space)));
    return {.about = checkpoint.about, .space = space, .known = std::move(known)};
  } catch (const nlohmann::json::exception& error) {
    throw predictor::PredictorError(fmt::format("{}: {}", file, error.what()));
  }
}

struct SuggestArguments {
  std::string devices;
  std::string architectures;  ///< file; may be empty
  std::size_t count = 10;
  std::size_t pool = 500;
  std::uint64_t seed = 1;
  std::size_t threads = 0;
};

/// The architectures of a file that has one a line.
std::vector<spaces::Genotype> read_pool(const fs::path& file, const spaces::AnySpace& space) {
  std::vector<spaces::Genotype> pool;
  std::istringstream lines(read_whole(file));
  std::string line;
  for (std::size_t number = 1; std::getline(lines, line); ++number) {
    if (line.empty()) continue;
    try {
      pool.push_back(space.parse(line));
    } catch (const spaces::SpaceError& error) {
      throw spaces::SpaceError(fmt::format("{}, line {}: {}", file.string(), number, error.what()));
    }
  }
  if (pool.size() > kLargestPool) {
    throw predictor::PredictorError(
        fmt::format("{} has {} architectures to choose from, expected up to {}", file.string(),
                    pool.size(), kLargestPool));
  }
  return pool;
}

std::vector<spaces::Genotype> random_pool(const SuggestArguments& arguments,
                                          const spaces::AnySpace& space) {
  std::vector<spaces::Genotype> pool(arguments.pool);
  parallel_for(pool.size(), [&](std::size_t i) {
    Rng rng(arguments.seed, "architectures to measure", 0, i);
    pool[i] = space.sample(rng);
  });
  return pool;
}

int suggest(const SuggestArguments& arguments) {
  ThreadArena arena(arguments.threads);
  return arena.execute([&] {
    const DevicesFile devices = read_devices(arguments.devices);
    const std::vector<spaces::Genotype> pool =
        arguments.architectures.empty() ? random_pool(arguments, devices.space)
                                        : read_pool(arguments.architectures, devices.space);
    fmt::print("architecture,latency_ms\n");
    for (const std::size_t i : devices.known->most_telling(pool, arguments.count)) {
      fmt::print("{},\n", csv_field(devices.space.format(pool[i])));
    }
    return kDone;
  });
}

struct AdaptArguments {
  std::string devices;
  std::string measured;
  std::string out;
  std::size_t threads = 0;
};

/// The rows of a CSV file with the columns architecture and latency_ms.
std::vector<predictor::Label> read_measured(const fs::path& file, const spaces::AnySpace& space) {
  std::vector<predictor::Label> labels;
  evaluation::read_csv(
      file,
      [&](std::span<const std::string> columns) {
        if (columns.size() == 2 && columns[0] == "architecture" && columns[1] == "latency_ms") {
          return;
        }
        throw evaluation::EvaluationError(
            fmt::format("{}, line 1: expected the columns architecture,latency_ms", file.string()));
      },
      [&](std::span<const std::string> fields, std::size_t line) {
        try {
          labels.push_back({space.parse(fields[0]), number_of<double>(file, fields[1])});
        } catch (const spaces::SpaceError& error) {
          throw spaces::SpaceError(
              fmt::format("{}, line {}: {}", file.string(), line, error.what()));
        }
      });
  return labels;
}

int adapt(const AdaptArguments& arguments) {
  ThreadArena arena(arguments.threads);
  return arena.execute([&] {
    const DevicesFile devices = read_devices(arguments.devices);
    const std::vector<predictor::Label> labels = read_measured(arguments.measured, devices.space);
    predictor::DeviceTransfer transfer(devices.known);
    transfer.fit(labels, {});
    predictor::CheckpointAbout about = devices.about;
    about.predictor = predictor::DeviceTransfer::kName;
    about.labels = labels.size();
    write_atomically(arguments.out, predictor::checkpoint_bytes(about, transfer.state()));
    fmt::print("{}: latency_ms of {} architectures of {}, beside {} other devices\n", arguments.out,
               labels.size(), about.space, devices.known->latencies().devices.size());
    return kDone;
  });
}

}  // namespace

void add_predictor_adapt_commands(CLI::App& predictor, Action& action) {
  auto suggested = std::make_shared<SuggestArguments>();
  CLI::App* command = predictor.add_subcommand(
      "suggest", "Architectures to measure on a new device: those that tell most of it");
  command->add_option("DEVICES", suggested->devices, "file that 'evonas predictor devices' wrote")
      ->required();
  command->add_option("-n", suggested->count, "how many")->capture_default_str();
  command->add_option("--pool", suggested->pool, "random architectures that they are chosen from")
      ->check(CLI::Range(std::size_t{1}, kLargestPool))
      ->capture_default_str();
  command->add_option("--seed", suggested->seed, "seed of these")->capture_default_str();
  command
      ->add_option("--architectures", suggested->architectures,
                   "file with the architectures to choose from, one a line, instead of random ones")
      ->type_name("FILE")
      ->excludes("--pool")
      ->excludes("--seed");
  add_threads(*command, suggested->threads);
  command->footer(R"(A CSV file, to be filled in with latencies for 'evonas predictor adapt'.

Example:
  evonas predictor suggest runs/devices/devices.predictor -n 10 > measured.csv)");
  set_action(*command, action, suggested, suggest);

  auto adapted = std::make_shared<AdaptArguments>();
  command = predictor.add_subcommand(
      "adapt", "Fit latency on a new device to few measurements, knowing other devices");
  command->add_option("DEVICES", adapted->devices, "file that 'evonas predictor devices' wrote")
      ->required();
  command
      ->add_option("--measured", adapted->measured,
                   "CSV file with the columns architecture and latency_ms")
      ->required()
      ->type_name("FILE");
  command->add_option("--out", adapted->out, "file to write")->required()->type_name("FILE");
  add_threads(*command, adapted->threads);
  command->footer(
      R"(The file scores architectures ('evonas predictor score'), and is a source of latency for searches:
  evaluation: {latency_ms: {predict: phone.predictor}}

Example:
  evonas predictor adapt runs/devices/devices.predictor --measured measured.csv --out phone.predictor)");
  set_action(*command, action, adapted, adapt);
}

}  // namespace evonas::cli
