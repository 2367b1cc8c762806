// Puts the page together from the data in it.

const data = JSON.parse(document.getElementById("data").textContent);
const pages = { search: searchPage, benchmark: benchmarkPage, fronts: frontsPage,
                predictors: predictorsPage };
const parts = pages[data.kind](data);
document.getElementById("page").append(
  ...parts.filter(Boolean),
  element("footer", {}, "Written by evonas."));

drawAll();
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
const print = (paper) => () => {
  document.documentElement.classList.toggle("paper", paper);
  drawAll();
};
addEventListener("beforeprint", print(true));
addEventListener("afterprint", print(false));
