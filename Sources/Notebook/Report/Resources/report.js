// Nothing on the page needs this to be read: it sorts tables and marks the section being read in the contents.
for (const table of document.querySelectorAll("table.sortable")) {
  const heads = Array.from(table.tHead.rows[0].cells);
  const key = (row, column) => row.cells[column].dataset.sort ?? row.cells[column].textContent;
  heads.forEach((head, column) => {
    if (head.textContent === "") return;
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const isDescending = head.getAttribute("aria-sort") === "ascending";
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", isDescending ? "descending" : "ascending");
      const isNumber = head.classList.contains("number");
      const order = (a, b) => {
        const x = key(a, column), y = key(b, column);
        if (x === "" || y === "") return (x === "") - (y === "");
        const difference = isNumber ? x - y : x.localeCompare(y, undefined, { numeric: true });
        return isDescending ? -difference : difference;
      };
      table.tBodies[0].append(...Array.from(table.tBodies[0].rows).sort(order));
    });
  });
}
const links = new Map(Array.from(document.querySelectorAll("nav.aside a"), link => [decodeURIComponent(link.hash.slice(1)), link]));
if (links.size !== 0) {
  const mark = () => {
    const passed = Array.from(links.keys()).filter(name => 120 > document.getElementById(name).getBoundingClientRect().top);
    for (const link of links.values()) link.removeAttribute("aria-current");
    links.get(passed.at(-1))?.setAttribute("aria-current", "true");
  };
  addEventListener("scroll", () => requestAnimationFrame(mark), { passive: true });
  mark();
}
