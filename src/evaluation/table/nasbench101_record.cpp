#include "evaluation/table/nasbench101_record.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/wire_format_lite.h>

#include "base/json.hpp"
#include "base/quoted.hpp"
#include "evaluation/evaluator.hpp"

namespace evonas::evaluation {
namespace {

using google::protobuf::internal::WireFormatLite;
using google::protobuf::io::CodedInputStream;

/// RFC 4648 base64 with padding; nothing for another text.
std::optional<std::string> decode_base64(std::string_view text) {
  constexpr std::string_view kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  if (text.size() % 4 != 0) return std::nullopt;
  for (int i = 0; i < 2 && text.ends_with('='); ++i) text.remove_suffix(1);
  std::string bytes;
  std::uint32_t window = 0;
  int bits = 0;
  for (const char c : text) {
    const std::size_t digit = kDigits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    window = window << 6U | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits < 8) continue;
    bits -= 8;
    bytes += static_cast<char>(window >> static_cast<unsigned>(bits));
  }
  return bytes;
}

/// A message of the protocol: calls `on_field(tag)` for each field, which reads it and returns
/// whether that went well. False for bytes that are no message.
template <class OnField>
bool read_fields(CodedInputStream& stream, const OnField& on_field) {
  while (const std::uint32_t tag = stream.ReadTag()) {
    if (!on_field(tag)) return false;
  }
  return stream.ConsumedEntireMessage();
}

constexpr std::uint32_t double_tag(int field) {
  return WireFormatLite::MakeTag(field, WireFormatLite::WIRETYPE_FIXED64);
}

/// An evaluation as it is read; what the message lacks stays NaN.
std::optional<NasBench101Evaluation> read_evaluation(CodedInputStream& stream) {
  constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  NasBench101Evaluation evaluation{kNone, kNone, kNone, kNone};
  const auto read_double = [&](double& value) {
    std::uint64_t bits = 0;
    if (!stream.ReadLittleEndian64(&bits)) return false;
    value = std::bit_cast<double>(bits);
    return true;
  };
  const bool whole = read_fields(stream, [&](std::uint32_t tag) {
    switch (tag) {
      case double_tag(2):
        return read_double(evaluation.training_time);
      case double_tag(3):
        return read_double(evaluation.train_accuracy);
      case double_tag(4):
        return read_double(evaluation.validation_accuracy);
      case double_tag(5):
        return read_double(evaluation.test_accuracy);
      default:  // current_epoch, checkpoint_path
        return WireFormatLite::SkipField(&stream, tag);
    }
  });
  return whole ? std::optional(evaluation) : std::nullopt;
}

bool is_complete(const NasBench101Evaluation& evaluation) {
  return std::isfinite(evaluation.training_time) && std::isfinite(evaluation.train_accuracy) &&
         std::isfinite(evaluation.validation_accuracy) && std::isfinite(evaluation.test_accuracy);
}

/// ModelMetrics: the evaluations at the start, halfway and at the end of a training.
void read_metrics(std::string_view bytes, NasBench101Record& record) {
  constexpr std::uint32_t kEvaluation =
      WireFormatLite::MakeTag(1, WireFormatLite::WIRETYPE_LENGTH_DELIMITED);
  constexpr std::uint32_t kParameters = WireFormatLite::MakeTag(2, WireFormatLite::WIRETYPE_VARINT);
  CodedInputStream stream(reinterpret_cast<const std::uint8_t*>(bytes.data()),
                          static_cast<int>(bytes.size()));
  std::vector<NasBench101Evaluation> evaluations;
  const bool whole = read_fields(stream, [&](std::uint32_t tag) {
    if (tag == kEvaluation) {
      const auto limit = stream.ReadLengthAndPushLimit();
      const auto evaluation = read_evaluation(stream);
      if (!evaluation || stream.BytesUntilLimit() != 0) return false;
      stream.PopLimit(limit);
      evaluations.push_back(*evaluation);
      return true;
    }
    if (tag == kParameters) {
      std::uint64_t number = 0;
      if (!stream.ReadVarint64(&number)) return false;
      record.trainable_parameters = static_cast<std::int32_t>(number);
      return true;
    }
    return WireFormatLite::SkipField(&stream, tag);
  });
  if (!whole) throw EvaluationError("its metrics are no protobuf message ModelMetrics");
  constexpr std::size_t kEvaluations = 3;
  if (evaluations.size() != kEvaluations) {
    throw EvaluationError(
        fmt::format("its metrics have {} evaluations, expected {}: at the start, halfway and at "
                    "the end of the training",
                    evaluations.size(), kEvaluations));
  }
  record.halfway = evaluations[1];
  record.final = evaluations[2];
  if (!is_complete(record.halfway) || !is_complete(record.final)) {
    throw EvaluationError(
        "its metrics lack an accuracy or a training time, or have one that is no finite number");
  }
  if (record.trainable_parameters <= 0) {
    throw EvaluationError(fmt::format("its metrics have {} trainable parameters, expected more",
                                      record.trainable_parameters));
  }
}

std::string short_operation(std::string_view operation) {
  if (operation == "conv3x3-bn-relu") return "c3";
  if (operation == "conv1x1-bn-relu") return "c1";
  if (operation == "maxpool3x3") return "mp";
  throw EvaluationError(
      fmt::format("it has the operation {}, expected conv3x3-bn-relu, conv1x1-bn-relu or "
                  "maxpool3x3 between input and output",
                  evonas::quoted(operation)));
}

/// The upper triangle of the matrix, then the operations between input and output.
std::string architecture_of(std::string_view matrix, std::string_view operations) {
  std::vector<std::string_view> names;
  for (std::string_view rest = operations; names.empty() || !rest.empty();) {
    names.push_back(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(rest.size(), names.back().size() + 1));
  }
  const std::size_t vertices = names.size();
  if (vertices < 2 || names.front() != "input" || names.back() != "output") {
    throw EvaluationError(fmt::format("its operations are {}, expected input,...,output",
                                      evonas::quoted(operations)));
  }
  if (matrix.size() != vertices * vertices ||
      matrix.find_first_not_of("01") != std::string_view::npos) {
    throw EvaluationError(fmt::format("its adjacency matrix is {}, expected {} times 0 or 1",
                                      evonas::quoted(matrix), vertices * vertices));
  }
  std::string architecture;
  for (std::size_t from = 0; from < vertices; ++from) {
    for (std::size_t to = 0; to < vertices; ++to) {
      const char edge = matrix[from * vertices + to];
      if (to > from) {
        architecture += edge;
      } else if (edge == '1') {
        throw EvaluationError(
            fmt::format("its adjacency matrix {} has an edge backwards", evonas::quoted(matrix)));
      }
    }
  }
  for (std::size_t i = 1; i + 1 < vertices; ++i) {
    architecture += ' ';
    architecture += short_operation(names[i]);
  }
  return architecture;
}

}  // namespace

NasBench101Record parse_nasbench101_record(std::string_view bytes) {
  const auto json = nlohmann::json::parse(bytes, nullptr, /*allow_exceptions=*/false);
  const bool has_form = json.is_array() && json.size() == 5 && json[0].is_string() &&
                        json[1].is_number_integer() && json[2].is_string() && json[3].is_string() &&
                        json[4].is_string();
  if (!has_form) {
    throw EvaluationError(
        fmt::format("it is no JSON array [module hash, epochs, adjacency, operations, metrics]: {}",
                    evonas::quoted(bytes, 40)));
  }
  NasBench101Record record;
  record.module_hash = json[0].get<std::string>();
  record.epochs = json[1].get<std::int64_t>();
  if (record.epochs < 1 || record.epochs > 1'000'000) {
    throw EvaluationError(
        fmt::format("it has {} epochs, expected from 1 to a million", json[1].dump()));
  }
  record.architecture =
      architecture_of(json[2].get_ref<const std::string&>(), json[3].get_ref<const std::string&>());
  const auto metrics = decode_base64(json[4].get_ref<const std::string&>());
  if (!metrics) throw EvaluationError("its metrics are not in base64");
  read_metrics(*metrics, record);
  return record;
}

}  // namespace evonas::evaluation
