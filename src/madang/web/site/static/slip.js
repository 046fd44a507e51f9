// Prints a page's slip, and nothing else of the page: the style sheet hides the rest on paper.
for (const button of document.querySelectorAll(".slip .print")) button.addEventListener("click", () => print());
