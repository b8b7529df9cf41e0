"use strict";
// Names for what Django's admin leaves without one for those who hear a page: found by axe-core.
{
    const titleOf = (field) => field.closest(".form-row").querySelector("label, legend").textContent.trim();
    const name = () => {
        const search = document.querySelector("#searchbar");
        if (search) {
            search.setAttribute("aria-label", document.querySelector("label[for=searchbar] img").alt);
        }
        for (const chosen of document.querySelectorAll(".select2-selection__rendered")) {
            const id = chosen.id.replace(/^select2-/, "").replace(/-container$/, "");
            // In a table the heading of the column stands for it.
            const column = [...(chosen.closest("td")?.classList ?? [])].find((each) => each.startsWith("field-"));
            const heading = column && chosen.closest("table").querySelector(`th.${column.replace("field-", "column-")}`);
            const label = document.querySelector(`label[for="${CSS.escape(id)}"]`) ?? heading;
            if (label) {
                chosen.setAttribute("aria-label", label.textContent.trim());
            }
        }
        for (const search of document.querySelectorAll(".select2-selection--multiple .select2-search__field")) {
            const select = search.closest(".select2-container").previousElementSibling;
            search.setAttribute("aria-label", titleOf(select));
        }
        for (const part of document.querySelectorAll("p.datetime input")) {
            part.setAttribute("aria-label", `${titleOf(part)} ${part.previousSibling.textContent}`.trim());
        }
        for (const tip of document.querySelectorAll(".help-tooltip[aria-label]")) {
            tip.setAttribute("role", "img");
        }
    };
    // As the last of those whom jQuery calls, for they make what is named here.
    window.addEventListener("load", () => window.django?.jQuery ? window.django.jQuery(name) : name());
}
