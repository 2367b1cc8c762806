#include "graph/onnx_tensor.hpp"

#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

using onnx::AttributeProto;
using onnx::TensorProto;

const AttributeProto* typed_attribute(const onnx::NodeProto& node, std::string_view name,
                                      AttributeProto::AttributeType type) {
  const AttributeProto* attribute = find_attribute(node, name);
  if (attribute == nullptr || attribute->type() == type) return attribute;
  throw GraphError(fmt::format("{} has the attribute {} as {}, expected {}", describe(node),
                               in_quotes(name),
                               AttributeProto::AttributeType_Name(attribute->type()),
                               AttributeProto::AttributeType_Name(type)));
}

/// Numbers that lie packed in the bytes of a tensor.
template <class T>
std::vector<T> unpack(const std::string& bytes) {
  std::vector<T> values(bytes.size() / sizeof(T));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(T));
  return values;
}

template <class To, class From>
std::vector<To> converted(const From& values) {
  std::vector<To> result;
  result.reserve(static_cast<std::size_t>(values.size()));
  for (const auto value : values) result.push_back(static_cast<To>(value));
  return result;
}

float float_of_half(std::uint16_t bits) {
  const float magnitude = std::ldexp(static_cast<float>(bits & 0x3ffU), -24);
  const int exponent = (bits >> 10) & 0x1f;
  float value = magnitude;
  if (exponent == 31) {
    value = magnitude == 0 ? std::numeric_limits<float>::infinity()
                           : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent > 0) {
    value = std::ldexp(static_cast<float>((bits & 0x3ffU) | 0x400U), exponent - 25);
  }
  return (bits & 0x8000U) != 0 ? -value : value;
}

float float_of_bfloat16(std::uint16_t bits) {
  return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16);
}

/// 16-bit numbers lie in the bytes, or one in each 32-bit field.
template <float (*function)(std::uint16_t)>
std::vector<float> from_sixteen_bits(const TensorProto& tensor) {
  std::vector<float> values;
  if (tensor.has_raw_data()) {
    for (const std::uint16_t bits : unpack<std::uint16_t>(tensor.raw_data())) {
      values.push_back(function(bits));
    }
  } else {
    for (const std::int32_t bits : tensor.int32_data()) {
      values.push_back(function(static_cast<std::uint16_t>(bits)));
    }
  }
  return values;
}

bool has_any_data(const TensorProto& tensor) {
  if (tensor.data_location() == TensorProto::EXTERNAL) return false;
  return tensor.has_raw_data() || tensor.float_data_size() > 0 || tensor.double_data_size() > 0 ||
         tensor.int32_data_size() > 0 || tensor.int64_data_size() > 0;
}

[[noreturn]] void fail(const TensorProto& tensor, std::string_view what) {
  throw GraphError(fmt::format("the tensor {} {}", in_quotes(tensor.name()), what));
}

}  // namespace

std::string describe(const onnx::NodeProto& node) {
  const bool named = !node.name().empty() || node.output_size() == 0;
  const bool standard = node.domain().empty() || node.domain() == "ai.onnx";
  return fmt::format("node {} ({}{})", in_quotes(named ? node.name() : node.output(0)),
                     standard ? "" : printable(node.domain()) + ".", printable(node.op_type()));
}

const AttributeProto* find_attribute(const onnx::NodeProto& node, std::string_view name) {
  for (const AttributeProto& attribute : node.attribute()) {
    if (attribute.name() == name) return &attribute;
  }
  return nullptr;
}

std::int64_t integer_attribute(const onnx::NodeProto& node, std::string_view name,
                               std::int64_t fallback) {
  const AttributeProto* attribute = typed_attribute(node, name, AttributeProto::INT);
  return attribute == nullptr ? fallback : attribute->i();
}

double real_attribute(const onnx::NodeProto& node, std::string_view name, double fallback) {
  const AttributeProto* attribute = typed_attribute(node, name, AttributeProto::FLOAT);
  return attribute == nullptr ? fallback : widened(attribute->f());
}

std::string text_attribute(const onnx::NodeProto& node, std::string_view name,
                           std::string_view fallback) {
  const AttributeProto* attribute = typed_attribute(node, name, AttributeProto::STRING);
  return attribute == nullptr ? std::string(fallback) : attribute->s();
}

std::optional<std::vector<std::int64_t>> integers_attribute(const onnx::NodeProto& node,
                                                            std::string_view name) {
  const AttributeProto* attribute = typed_attribute(node, name, AttributeProto::INTS);
  if (attribute == nullptr) return std::nullopt;
  return std::vector<std::int64_t>(attribute->ints().begin(), attribute->ints().end());
}

double widened(float value) {
  if (!std::isfinite(value)) return value;
  constexpr int kMostDigits = 6;  // more carry no intention
  char digits[32];
  const auto [end, error] = std::to_chars(digits, digits + sizeof(digits), value);
  double decimal = value;
  std::from_chars(digits, end, decimal);
  int count = 0;
  for (const char* c = digits; c != end && *c != 'e'; ++c) count += *c >= '0' && *c <= '9' ? 1 : 0;
  if (error != std::errc{} || count <= kMostDigits) return decimal;
  for (int denominator = 3; denominator <= 64; ++denominator) {
    const double fraction = std::round(double{value} * denominator) / denominator;
    if (static_cast<float>(fraction) == value) return fraction;
  }
  return decimal;
}

Constant::Constant(const TensorProto& tensor)
    : shape_(tensor.dims().begin(), tensor.dims().end()),
      tensor_(has_any_data(tensor) ? &tensor : nullptr) {
  std::int64_t elements = 1;
  for (const std::int64_t extent : shape_) {
    const bool fits = extent >= 0 && extent <= kLargestExtent;
    if (!fits || __builtin_mul_overflow(elements, extent, &elements)) {
      fail(tensor, fmt::format("has the extents {}, which no tensor has", to_string(shape_)));
    }
  }
}

Constant Constant::list(std::vector<std::int64_t> values) {
  Constant constant;
  constant.shape_ = {static_cast<std::int64_t>(values.size())};
  constant.integers_ = std::move(values);
  return constant;
}

Constant Constant::number(std::int64_t value) {
  Constant constant;
  constant.integers_ = {value};
  return constant;
}

Constant Constant::without_data(std::vector<std::int64_t> shape) {
  Constant constant;
  constant.shape_ = std::move(shape);
  return constant;
}

std::int64_t Constant::count() const {
  std::int64_t count = 1;
  for (const std::int64_t extent : shape_) count *= extent;
  return count;
}

std::vector<float> Constant::reals() const {
  if (integers_) return converted<float>(*integers_);
  if (tensor_ == nullptr) throw GraphError("a tensor without data was to be read");
  std::vector<float> values;
  switch (tensor_->data_type()) {
    case TensorProto::FLOAT:
      values = tensor_->has_raw_data() ? unpack<float>(tensor_->raw_data())
                                       : converted<float>(tensor_->float_data());
      break;
    case TensorProto::DOUBLE:
      values = tensor_->has_raw_data() ? converted<float>(unpack<double>(tensor_->raw_data()))
                                       : converted<float>(tensor_->double_data());
      break;
    case TensorProto::FLOAT16:
      values = from_sixteen_bits<float_of_half>(*tensor_);
      break;
    case TensorProto::BFLOAT16:
      values = from_sixteen_bits<float_of_bfloat16>(*tensor_);
      break;
    default:
      fail(*tensor_, "is of no floating-point type");
  }
  if (values.size() != static_cast<std::size_t>(count())) {
    fail(*tensor_, fmt::format("has {} numbers, its shape {} asks for {}", values.size(),
                               to_string(shape_), count()));
  }
  return values;
}

std::vector<std::int64_t> Constant::integers() const {
  if (integers_) return *integers_;
  if (tensor_ == nullptr) throw GraphError("a tensor without data was to be read");
  std::vector<std::int64_t> values;
  if (tensor_->data_type() == TensorProto::INT64) {
    values = tensor_->has_raw_data() ? unpack<std::int64_t>(tensor_->raw_data())
                                     : converted<std::int64_t>(tensor_->int64_data());
  } else if (tensor_->data_type() == TensorProto::INT32) {
    values = tensor_->has_raw_data()
                 ? converted<std::int64_t>(unpack<std::int32_t>(tensor_->raw_data()))
                 : converted<std::int64_t>(tensor_->int32_data());
  } else {
    fail(*tensor_, "is of no whole-number type");
  }
  if (values.size() != static_cast<std::size_t>(count())) {
    fail(*tensor_, fmt::format("has {} numbers, its shape asks for {}", values.size(), count()));
  }
  return values;
}

std::optional<double> Constant::scalar() const {
  if (!has_data() || count() != 1) return std::nullopt;
  const bool whole = integers_ || tensor_->data_type() == TensorProto::INT64 ||
                     tensor_->data_type() == TensorProto::INT32;
  return whole ? static_cast<double>(integers().at(0)) : widened(reals().at(0));
}

}  // namespace evonas::graph
