"use strict";
// A form is sent once: a second click would send again what is not harmless twice, such as pieces of stock.
{
    const buttons = () => document.querySelectorAll("button[type=submit], input[type=submit]");
    document.addEventListener("submit", (event) => {
        if (event.target.method === "post") {
            // Later, for the value of the pressed button is to be sent.
            setTimeout(() => buttons().forEach((button) => { button.inert = true; }));
        }
    });
    // Who goes back finds the form as it was.
    window.addEventListener("pageshow", () => buttons().forEach((button) => { button.inert = false; }));
}
