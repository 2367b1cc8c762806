#include "predictor/fit_together.hpp"

#include <algorithm>
#include <mutex>
#include <numeric>
#include <vector>

#include "base/parallel.hpp"
#include "base/random.hpp"

namespace evonas::predictor {

void fit_together(std::size_t count, std::string_view purpose, const FitControl& control,
                  const std::function<void(std::size_t i, const FitControl& own)>& fit) {
  std::mutex mutex;
  std::vector<double> shares(count, 0.0);
  std::vector<int> fitted(count, 0);
  parallel_for(count, [&](std::size_t i) {
    FitControl own = control;
    own.seed = derive_seed(control.seed, purpose, i);
    if (control.progress) {
      own.progress = [&, i](double share) {
        const std::scoped_lock lock(mutex);
        shares[i] = share;
        control.progress(std::accumulate(shares.begin(), shares.end(), 0.0) /
                         static_cast<double>(count));
      };
    }
    fit(i, own);
    fitted[i] = 1;
  });
  // TBB leaves tasks out without a word where another task of the caller has thrown.
  if (std::ranges::find(fitted, 0) != fitted.end()) throw PredictorError("the fit was stopped");
}

FitControl part_of(const FitControl& control, double begin, double end) {
  FitControl part = control;
  if (control.progress) {
    part.progress = [&control, begin, end](double share) {
      control.progress(begin + share * (end - begin));
    };
  }
  return part;
}

}  // namespace evonas::predictor
