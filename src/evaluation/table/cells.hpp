#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evonas::evaluation {

/// The values of one metric, row after row, as text: how a table file keeps them. All cells of a
/// column are equally wide, padded with blanks, and a cell of blanks alone has no value. So a
/// column is read in milliseconds, SQL reads single cells with `substr`, and numbers stand as their
/// source spells them, in fewer bytes than eight.
class CellColumn {
 public:
  /// Appends the number that `field` spells; none where it is empty or "nan". False, with nothing
  /// appended, where it is no finite number. Independent of the locale.
  bool add_text(std::string_view field);
  /// Appends the shortest text that gives `value` again; none for NaN.
  void add(double value);
  /// The same, to be read in single precision.
  void add(float value);

  std::size_t size() const { return lengths_.size(); }
  std::size_t missing() const;
  bool last_is_missing() const { return lengths_.back() == 0; }
  void remove_last();

  /// Bytes of each cell in packed(); at least 1.
  std::size_t width() const;
  std::string packed() const;

 private:
  void append(std::string_view text);

  std::string text_;
  std::vector<std::uint8_t> lengths_;
};

/// No cell is wider: that is the longest text that a double needs.
inline constexpr std::size_t kWidestCell = 24;

/// The finite number that `field` spells; NaN for an empty field and "nan", nothing for others.
std::optional<double> number_of(std::string_view field);

/// The values of a packed column, NaN where there is none. Nothing where `cells` does not hold
/// `rows` cells of `width` bytes, each a finite number or blank.
std::optional<std::vector<double>> unpack_cells(std::string_view cells, std::size_t width,
                                                bool single_precision, std::size_t rows);

}  // namespace evonas::evaluation
