-- Posts orders of LINES products, other ones each time, out of PRODUCTS; or of the product ONLY alone.
-- MORE are further members of each, in which {coupon} is a number from 1 to COUPONS.
local lines = tonumber(os.getenv("LINES") or "2")
local products = tonumber(os.getenv("PRODUCTS"))
local only = tonumber(os.getenv("ONLY") or "")
local more = os.getenv("MORE")
local coupons = tonumber(os.getenv("COUPONS") or "1")

math.randomseed(tonumber(os.getenv("SEED") or "1"))

request = function()
    local items = {}
    local first = only or math.random(1, products)
    for line = 1, lines do
        -- Neighbours of the first: none comes twice.
        items[line] = string.format('{"product_id": %d, "quantity": %d}',
            (first + line - 2) % products + 1, (line - 1) % 2 + 1)
    end
    local members = more and ", " .. more:gsub("{coupon}", math.random(1, coupons)) or ""
    local body = '{"items": [' .. table.concat(items, ", ") .. "]" .. members .. "}"
    return wrk.format("POST", nil, nil, body)
end
