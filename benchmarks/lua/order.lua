-- Posts orders of LINES products, other ones each time, out of PRODUCTS; or of the product ONLY alone.
local lines = tonumber(os.getenv("LINES") or "2")
local products = tonumber(os.getenv("PRODUCTS"))
local only = tonumber(os.getenv("ONLY") or "")

math.randomseed(tonumber(os.getenv("SEED") or "1"))

request = function()
    local items = {}
    local first = only or math.random(1, products)
    for line = 1, lines do
        -- Neighbours of the first: none comes twice.
        items[line] = string.format('{"product_id": %d, "quantity": %d}',
            (first + line - 2) % products + 1, (line - 1) % 2 + 1)
    end
    local body = '{"items": [' .. table.concat(items, ", ") .. "]}"
    return wrk.format("POST", nil, nil, body)
end
