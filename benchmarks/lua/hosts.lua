-- Asks by another name of the host each time: the same work, and never the same address in the cache.
local number = 0
local seed = os.getenv("SEED") or "1"

request = function()
    number = number + 1
    return wrk.format("GET", nil, {["Host"] = string.format("n%d-%s.bench.localhost", number, seed)})
end
