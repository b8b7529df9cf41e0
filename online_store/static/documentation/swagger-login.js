// Swagger UI takes a token under Authorize; with this it also gets one, by the login that apps use.
const tokenFor = async (username, password) => {
  const answer = await fetch("/api/v1/auth/login/", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ username, password, device_name: "Swagger UI" }),
  });
  const content = await answer.json();
  if (!answer.ok) throw new Error(content.detail);
  return content.access;
};

const StoreLogin = ({ React: { createElement, Fragment, useState }, authActions }) => {
  const field = (label, type, autoComplete, set, onEnter) =>
    createElement(
      "label",
      {},
      `${label}:`,
      createElement("input", {
        type,
        autoComplete,
        onChange: (event) => set(event.target.value),
        onKeyDown: (event) => {
          if (event.key !== "Enter") return;
          event.preventDefault(); // the form around it takes a token
          onEnter();
        },
      }),
    );

  const Login = ({ name, schema }) => {
    const [username, setUsername] = useState("");
    const [password, setPassword] = useState("");
    const [refusal, setRefusal] = useState("");
    const logIn = () =>
      tokenFor(username, password).then(
        (value) => authActions.authorizeWithPersistOption({ [name]: { name, schema, value } }),
        (error) => setRefusal(error.message),
      );
    return createElement(
      "div",
      { className: "store-login" },
      field("Username or e-mail", "text", "username", setUsername, logIn),
      field("Password", "password", "current-password", setPassword, logIn),
      refusal && createElement("p", { className: "errors", role: "alert" }, refusal),
      createElement("button", { type: "button", className: "btn authorize", onClick: logIn }, "Log in"),
      createElement("p", {}, "Or enter an access token:"),
    );
  };

  const withLogin = (Original) => (props) =>
    props.authorized?.get(props.name)
      ? createElement(Original, props)
      : createElement(Fragment, {}, createElement(Login, props), createElement(Original, props));
  return { wrapComponents: { HttpAuth: withLogin } };
};
