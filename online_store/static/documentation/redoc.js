const element = document.getElementById("redoc");
const dark = {
  colors: {
    primary: { main: "#8cc8ff" },
    text: { primary: "#ddd", secondary: "#aaa" },
    border: { dark: "#555", light: "#333" },
    success: { main: "#8fdc93" },
    error: { main: "#ff9c9c" },
    responses: {
      success: { color: "#8fdc93", backgroundColor: "#1c2a1d" },
      error: { color: "#ff9c9c", backgroundColor: "#2e1c1c" },
    },
  },
  schema: { nestedBackground: "#1e1e1e", typeNameColor: "#bbb", typeTitleColor: "#bbb", requireLabelColor: "#ff9c9c" },
  sidebar: { backgroundColor: "#1a1a1a", textColor: "#ddd" },
  rightPanel: {
    servers: { overlay: { backgroundColor: "#1e1e1e", textColor: "#ddd" }, url: { backgroundColor: "#2b2b2b" } },
  },
  typography: { code: { color: "#ffb08a", backgroundColor: "#2b2b2b" }, links: { color: "#8cc8ff" } },
};
Redoc.init(element.dataset.schema, darkScheme.matches ? { theme: dark } : {}, element);
