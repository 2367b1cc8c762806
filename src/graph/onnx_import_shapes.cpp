#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include <fmt/format.h>

#include "graph/error_text.hpp"
#include "graph/onnx_import.hpp"
#include "graph/operators.hpp"

namespace evonas::graph {
namespace {

// In shapes that are computed, the batch stands as what Reshape takes for "as it was".
constexpr std::int64_t kSameBatch = 0;
constexpr std::int64_t kInferred = -1;

std::int64_t elements_of(const Shape& shape) {  // within kLargestElementCount
  return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
}

}  // namespace

OnnxImporter::Integers OnnxImporter::axes(const Node& node) const {
  if (has_operand(node, 1)) return fixed_integers(node, 1);
  return integers_attribute(node, "axes").value_or(Integers{});
}

void OnnxImporter::concat(const Node& node) {
  operand(node, 0);  // there is one
  if (is_constant(node, 0)) {
    Integers joined;
    for (int i = 0; i < node.input_size(); ++i) {
      const Integers part = fixed_integers(node, i);
      joined.insert(joined.end(), part.begin(), part.end());
      if (std::ssize(joined) > kMostIntegers) throw Unsupported{"Concat to a long constant"};
    }
    return define(node.output(0), Constant::list(std::move(joined)));
  }
  std::vector<NodeId> operands;
  for (int i = 0; i < node.input_size(); ++i) operands.push_back(activation(node, i));
  if (axis_of(node, integer_attribute(node, "axis", 1), operands.at(0)) != 1) {
    throw Unsupported{"Concat along other than channels"};
  }
  define_first(node, append(node, "Concat", std::move(operands), {{"axis", std::int64_t{1}}}));
}

void OnnxImporter::flatten(const Node& node) {
  const NodeId x = activation(node, 0);
  if (axis_of(node, integer_attribute(node, "axis", 1), x) != 1) {
    throw Unsupported{"Flatten from other than axis 1"};
  }
  define_first(node, append(node, "Flatten", {x}, {{"axis", std::int64_t{1}}}));
}

void OnnxImporter::reshape(const Node& node) {
  if (is_constant(node, 0)) {
    // Of constants only lists of whole numbers are followed.
    return define(node.output(0), Constant::list(fixed_integers(node, 0)));
  }
  const NodeId x = activation(node, 0);
  const Integers target = fixed_integers(node, 1);
  const Shape& from = shape(x);
  if (target.size() < 2) throw Unsupported{"Reshape that joins the batch"};
  const std::int64_t first = target[0];
  const bool keeps_batch = first == kSameBatch || first == kInferred || first == batch_;
  Shape rest(target.begin() + 1, target.end());
  const auto open = std::ranges::count(rest, kInferred);
  if (open > 1 || (open == 1 && first == kInferred)) {
    throw GraphError(fmt::format("{} has several extents to be inferred", describe(node)));
  }
  for (std::size_t i = 0; i < rest.size(); ++i) {
    if (rest[i] == kSameBatch && i < from.size()) rest[i] = from[i];
  }
  if (open == 1 && rest.size() == 1) rest[0] = elements_of(from);
  if (keeps_batch && rest == from) return pass_on(node);
  if (!keeps_batch || rest != Shape{elements_of(from)}) {
    throw Unsupported{"Reshape to other than a vector"};
  }
  define_first(node, append(node, "Flatten", {x}, {{"axis", std::int64_t{1}}}));
}

void OnnxImporter::squeeze(const Node& node) {
  if (is_constant(node, 0)) {
    const Integers values = fixed_integers(node, 0);
    if (values.size() != 1) throw Unsupported{"Squeeze of a list"};
    return define(node.output(0), Constant::number(values[0]));
  }
  const NodeId x = activation(node, 0);
  Integers removed;
  for (const std::int64_t axis : axes(node)) removed.push_back(axis_of(node, axis, x));
  std::ranges::sort(removed);
  const Shape& from = shape(x);
  if (from.size() != 3 || from[1] != 1 || from[2] != 1 || removed != Integers{2, 3}) {
    throw Unsupported{"Squeeze of other than height and width"};
  }
  define_first(node, append(node, "Flatten", {x}, {{"axis", std::int64_t{1}}}));
}

void OnnxImporter::unsqueeze(const Node& node) {
  if (!is_constant(node, 0)) throw Unsupported{"Unsqueeze"};
  define(node.output(0), Constant::list(fixed_integers(node, 0)));
}

void OnnxImporter::reduce_mean(const Node& node) {
  const NodeId x = activation(node, 0);
  Integers reduced;
  for (const std::int64_t axis : axes(node)) reduced.push_back(axis_of(node, axis, x));
  std::ranges::sort(reduced);
  if (reduced != Integers{2, 3} || shape(x).size() != 3) {
    throw Unsupported{"ReduceMean over other than height and width"};
  }
  Attributes attributes{{"axes", reduced}};
  if (integer_attribute(node, "keepdims", 1) == 0) attributes.emplace("keepdims", std::int64_t{0});
  define_first(node, append(node, "ReduceMean", {x}, std::move(attributes)));
}

void OnnxImporter::resize(const Node& node) {
  const NodeId x = activation(node, 0);
  const std::string mode = text_attribute(node, "mode", "nearest");
  const std::string places = text_attribute(node, "coordinate_transformation_mode", "half_pixel");
  const bool half_pixel = places == "half_pixel" || places == "pytorch_half_pixel";
  const bool plain = integer_attribute(node, "antialias", 0) == 0 &&
                     find_attribute(node, "axes") == nullptr && opset_ >= 11;
  if (mode != "linear" || !half_pixel || !plain) {
    throw Unsupported{fmt::format("Resize with mode {} and {}", mode, places)};
  }
  const Shape& from = shape(x);
  if (from.size() != 3) throw Unsupported{"Resize of no image"};
  Integers sizes;
  if (has_operand(node, 3)) {
    sizes = fixed_integers(node, 3);
  } else {
    const Constant& scales = constant(node, 2);
    if (!scales.has_data() || scales.count() != 4) {
      throw Unsupported{"Resize whose size is not fixed"};
    }
    const std::vector<float> factors = scales.reals();
    sizes = {kSameBatch};
    for (std::size_t i = 0; i < from.size(); ++i) {
      const float size = std::floor(static_cast<float>(from[i]) * factors[i + 1]);
      const bool fits = size >= 1 && size <= static_cast<float>(kLargestExtent);
      sizes.push_back(fits ? static_cast<std::int64_t>(size) : 0);
    }
  }
  if (sizes.size() != 4 || sizes[1] != from[0]) throw Unsupported{"Resize of channels"};
  const bool shrinks_to_one = sizes[2] == 1 || sizes[3] == 1;
  if (places == "pytorch_half_pixel" && shrinks_to_one) throw Unsupported{"Resize to one pixel"};
  define_first(node, append(node, "Resize", {x}, {{"sizes", Integers{sizes[2], sizes[3]}}}));
}

void OnnxImporter::shape_of(const Node& node) {
  if (find_attribute(node, "start") != nullptr || find_attribute(node, "end") != nullptr) {
    throw Unsupported{"Shape with start or end"};
  }
  if (is_constant(node, 0)) {
    return define(node.output(0), Constant::list(constant(node, 0).shape()));
  }
  Integers extents = shape(activation(node, 0));
  extents.insert(extents.begin(), kSameBatch);
  define(node.output(0), Constant::list(std::move(extents)));
}

void OnnxImporter::gather(const Node& node) {
  if (!is_constant(node, 0) || integer_attribute(node, "axis", 0) != 0) {
    throw Unsupported{"Gather"};
  }
  const Integers values = fixed_integers(node, 0);
  const auto count = static_cast<std::int64_t>(values.size());
  Integers gathered;
  for (const std::int64_t index : fixed_integers(node, 1)) {
    if (index < -count || index >= count) {
      throw GraphError(fmt::format("{} reads number {} of {}", describe(node), index, count));
    }
    gathered.push_back(values[static_cast<std::size_t>(index < 0 ? index + count : index)]);
  }
  const bool single = constant(node, 1).shape().empty() && gathered.size() == 1;
  define(node.output(0), single ? Constant::number(gathered[0]) : Constant::list(gathered));
}

void OnnxImporter::slice(const Node& node) {
  constexpr std::int64_t kOpsetOfOperands = 10;
  const auto list = [&](const char* name, int index) {
    if (opset_ < kOpsetOfOperands) return integers_attribute(node, name).value_or(Integers{});
    return has_operand(node, index) ? fixed_integers(node, index) : Integers{};
  };
  const Integers starts = list("starts", 1);
  const Integers ends = list("ends", 2);
  const Integers axes = list("axes", 3);
  const Integers steps = list("steps", 4);
  if (starts.size() != 1 || ends.size() != 1 || axes.size() > 1 ||
      (!steps.empty() && steps != Integers{1})) {
    throw Unsupported{"Slice along several axes or with steps"};
  }
  // Places count from the end where they are negative, and stop at the ends.
  const auto bounds = [&](std::int64_t count) {
    const auto place = [&](std::int64_t index) {
      return std::clamp<std::int64_t>(index < 0 ? index + count : index, 0, count);
    };
    return std::pair(place(starts[0]), std::max(place(starts[0]), place(ends[0])));
  };
  if (is_constant(node, 0)) {
    const Integers values = fixed_integers(node, 0);
    const auto [first, last] = bounds(static_cast<std::int64_t>(values.size()));
    return define(node.output(0), Constant::list({values.begin() + first, values.begin() + last}));
  }
  const NodeId x = activation(node, 0);
  if (axes.size() != 1 || axis_of(node, axes[0], x) != 1) {
    throw Unsupported{"Slice along other than channels"};
  }
  const auto [first, last] = bounds(shape(x)[0]);
  define_first(
      node, append(node, "Slice", {x},
                   {{"axes", Integers{1}}, {"starts", Integers{first}}, {"ends", Integers{last}}}));
}

}  // namespace evonas::graph
