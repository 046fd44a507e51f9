// Says at the field that a file is too large, before all of it is sent; and that whoever gives one agrees.
const MOST = 8 * 1024 * 1024;
const file = document.getElementById("evidence"), agree = document.getElementById("agree");

if (file) {
  const check = () => {
    file.setCustomValidity(file.files[0]?.size > MOST ? file.dataset.tooLarge : "");
    agree.required = file.required || file.files.length > 0;
  };
  file.addEventListener("change", () => {
    check();
    file.reportValidity();
  });
  check();
}
