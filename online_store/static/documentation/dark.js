// Swagger UI is dark by a class of the page, whatever the system prefers; Redoc's colours follow it too.
const darkScheme = matchMedia("(prefers-color-scheme: dark)");
const followScheme = () => document.documentElement.classList.toggle("dark-mode", darkScheme.matches);
darkScheme.addEventListener("change", followScheme);
followScheme();
