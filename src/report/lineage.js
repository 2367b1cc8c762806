// The ancestors of the network that a run ends with.

const kShownChanges = 4;

/** How a network was made, and with which evaluations besides the one before it in the line. */
function originText(evaluation, before) {
  const { origin } = evaluation;
  if (!origin) return "";
  const others = origin.parents.filter((index) => index !== before?.index);
  return operatorName(origin.operator)
    + (others.length > 0 ? ` with evaluation ${others.map((index) => index + 1).join(" and ")}` : "")
    + (origin.generations > 0 && origin.parents.length === 0 ? " of networks never evaluated" : "")
    + (origin.generations > 1 ? `, ${origin.generations} generations inside the predictor` : "");
}

function changeList(changes) {
  if (changes.length === 0) return null;
  const shown = changes.slice(0, kShownChanges).map(({ gene, from, to }) => element(
    "li", {}, `${gene}: `, element("span", { class: "figure" }, from), " to ", to));
  const more = changes.length - kShownChanges;
  return element("ul", { class: "changes" }, shown,
                 more > 0 ? element("li", {}, `and ${plural(more, "more gene")}`) : null);
}

function lineagePictures(run, line, best) {
  const figures = line.map((ancestor, i) => {
    const { evaluation } = ancestor;
    const node = picture(ancestor.svg);
    node?.setAttribute("role", "img");
    node?.setAttribute("aria-label", `cell of ${evaluation.architecture}`);
    const values = run.objectives.map((objective) =>
      `${objective.metric} ${formatMetric(evaluation.metrics[objective.metric])}`).join(", ");
    return element(
      "figure", { class: evaluation === best ? "cell best" : "cell" },
      element("div", { class: "picture" }, node),
      element("figcaption", {},
              element("div", {}, element("strong", {}, `evaluation ${evaluation.index + 1}`)),
              element("div", {}, values),
              element("div", { class: "figure" }, originText(evaluation, line[i - 1]?.evaluation)),
              changeList(ancestor.changes)));
  });
  return element("div", { class: "scroll line", tabindex: "0", role: "region",
                          "aria-label": "Ancestors of the best network" }, figures);
}

function lineageTable(run, line, best) {
  const rows = line.map((ancestor, i) => (
    { ...ancestor.evaluation, changes: ancestor.changes, best: ancestor.evaluation === best,
      made: originText(ancestor.evaluation, line[i - 1]?.evaluation) }));
  return table("Ancestors of the best network", [
    { title: "evaluation", number: true, key: (row) => row.index,
      content: (row) => String(row.index + 1) },
    ...run.objectives.map((objective) => metricColumn(metricOf(run, objective.metric), rows)),
    { title: "made by", content: (row) => row.made },
    { title: "what changed", content: (row) => changeList(row.changes) ?? "–" },
    architectureColumn(),
  ], rows, (row) => (row.best ? "best" : undefined));
}

function lineage(run) {
  if (run.lineage.length < 2) return null;
  const evaluations = new Map(run.evaluations.map((e) => [e.index, e]));
  const line = run.lineage.map((ancestor) => (
    { ...ancestor, evaluation: evaluations.get(ancestor.index) }));
  const best = line.at(-1).evaluation;
  return section(
    "Lineage of the best network", { class: "long" },
    line.every((ancestor) => ancestor.svg) ? lineagePictures(run, line, best)
      : lineageTable(run, line, best),
    line.some((ancestor) => ancestor.evaluation.origin?.parents.length > 1)
      ? element("p", { class: "note" }, "Of two parents the one is shown that shares more genes.") : null);
}
