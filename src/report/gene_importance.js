// What each gene matters to the objectives.

const kShownGenes = 12;

/** Bars of the genes that matter most, as long as their share of that of the first. */
function geneBars(importance) {
  const ordered = [...importance.genes].sort((a, b) => b.share - a.share);
  const shown = ordered.slice(0, kShownGenes);
  const longest = Math.max(shown[0].share, 0.1);
  const rows = shown.map((gene) => element(
    "li", {},
    element("div", { class: "name" }, gene.name),
    element("div", { class: "meter" },
            element("div", { style: `width: ${(100 * gene.share) / longest}%` })),
    element("div", { class: "share" }, shareText(gene.share))));
  const others = ordered.slice(kShownGenes);
  return [
    element("ol", { class: "genes" }, rows),
    others.length > 0
      ? element("p", { class: "note" }, `${plural(others.length, "further gene")} of at most `
                + `${shareText(others[0].share)} each.`) : null,
  ];
}

function geneNote({ evaluations, explained }) {
  return evaluations === null
    ? "How much the squared error of the search's own predictor grows when the values of one gene are "
      + "shuffled among the evaluated networks, as a share of twice the variance."
    : `Share of the differences between the ${localeText(evaluations)} evaluated networks that each gene `
      + "explains in a model that adds up one effect a gene. Of networks that it was not fitted to the "
      + `model explains ${shareText(explained)}${explained < 0.2 ? ", so this says little" : ""}.`;
}

function geneImportance(run) {
  if (run.gene_importance.length === 0) return null;
  const notes = run.gene_importance.map(geneNote);
  const alike = notes.every((note) => note === notes[0]);
  return section(
    "How much each gene matters", {},
    element("div", { class: "columns apart" }, run.gene_importance.map((importance, i) => element(
      "div", {},
      run.objectives.length === 1 ? null : element("p", {}, element("strong", {}, importance.metric)),
      geneBars(importance),
      alike ? null : element("p", { class: "note" }, notes[i])))),
    alike ? element("p", { class: "note" }, notes[0]) : null);
}
