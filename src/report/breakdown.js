// Where the time of a search went.

const kTimeParts = {
  fit: "fitting predictors",
  score: "scoring candidates",
  breed: "breeding and choosing",
  evaluate: "evaluating",
  rest: "the rest",
};

function timeSplit(run) {
  const { times } = run.summary;
  const parts = Object.entries(kTimeParts)
    .map(([key, name]) => ({ name, value: times?.[key] ?? 0, text: formatDuration(times?.[key]) }));
  if (!parts.some((part) => part.value > 0)) return null;
  return section("Where the time went", {}, splitBar("Where the time went", parts), legend(parts));
}
