// Remembers in this tab whose voucher one pays with, so that it is read once on a shopping trip.
const form = document.getElementById("pay-for"), field = form.elements.help;

field.value ||= sessionStorage.getItem("helped") ?? "";
form.addEventListener("submit", () => sessionStorage.setItem("helped", field.value));
