"use strict";
(() => {
  const form = document.querySelector(".filters");
  const items = [...document.querySelectorAll(".item")];
  const groups = [...document.querySelectorAll(".group")].filter((group) => group.querySelector(".item"));
  const texts = new Map();

  const textOf = (item) => {
    if (!texts.has(item)) texts.set(item, item.textContent.toLowerCase());
    return texts.get(item);
  };

  const filter = () => {
    const words = form.text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const { value: verdict } = form.verdict;
    const { value: tag } = form.tag;
    let shown = 0;
    for (const item of items) {
      const { verdict: own, tag: ownTag } = item.dataset;
      item.hidden =
        Boolean(verdict && own !== verdict) ||
        Boolean(tag && ownTag !== undefined && ownTag !== tag) ||
        !words.every((word) => textOf(item).includes(word));
      shown += item.hidden ? 0 : 1;
    }
    for (const group of groups) group.hidden = !group.querySelector(".item:not([hidden])");
    const all = !words.length && !verdict && !tag;
    form.querySelector("output").textContent = all ? "" : `${shown} of ${items.length} shown`;
  };

  // A link to an item shows it, whatever is filtered or folded.
  const reveal = () => {
    const item = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!item) return;
    if (item.closest("[hidden]")) {
      form.reset();
      filter();
    }
    for (let at = item; at; at = at.parentElement) if (at.tagName === "DETAILS") at.open = true;
    item.scrollIntoView();
  };

  // The marked part of a body is what a reader looks for.
  document.addEventListener("toggle", (event) => {
    for (const mark of event.target.querySelectorAll("pre mark:first-of-type")) {
      mark.closest("pre").scrollTop = mark.offsetTop - 80;
    }
  }, true);

  const copied = async (text) => {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      return false;
    }
  };

  const select = (element) => {
    const range = document.createRange();
    range.selectNodeContents(element);
    const selection = getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  };

  document.addEventListener("click", async (event) => {
    const button = event.target.closest("button.copy");
    if (!button) return;
    const line = button.parentElement.querySelector("pre");
    let done = await copied(line.textContent);
    if (!done) {
      select(line);
      done = document.execCommand("copy");
    }
    button.textContent = done ? "Copied" : "Selected";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });

  let folded = [];
  addEventListener("beforeprint", () => {
    // Paper is for what needs attention.
    folded = [...document.querySelectorAll("details:not([open])")].filter(
      (details) => details.dataset.verdict !== "passed",
    );
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of folded) details.open = false; });

  for (const button of document.querySelectorAll("button.copy")) button.hidden = false;
  form.hidden = false;
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(filter));
  addEventListener("hashchange", reveal);
  reveal();
})();
