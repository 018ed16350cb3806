using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Caching.Memory;
using Ropeway.Tickets.Storage;

namespace Ropeway.Tickets.Tariffs;

/// <summary>The prices on the board at the valley station.</summary>
public sealed class TariffBook
{
    private const string CacheKey = "tariff-book";

    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(15);

    private readonly TicketContext _db;
    private readonly IMemoryCache _cache;

    public TariffBook(TicketContext db, IMemoryCache cache)
    {
        _db = db;
        _cache = cache;
    }

    /// <summary>The tariffs that are sold for the day, in the order of the board.</summary>
    public async Task<IReadOnlyList<Tariff>> ForDayAsync(DateOnly day, CancellationToken ct)
    {
        var tariffs = await AllAsync(ct);
        return tariffs.Where(t => t.ValidFrom <= day && day <= t.ValidTo).ToList();
    }

    private async Task<IReadOnlyList<Tariff>> AllAsync(CancellationToken ct)
    {
        if (_cache.TryGetValue(CacheKey, out IReadOnlyList<Tariff>? cached) && cached is not null)
        {
            return cached;
        }

        var tariffs = await _db.Tariffs.AsNoTracking().OrderBy(t => t.BoardPosition).ToListAsync(ct);
        return _cache.Set<IReadOnlyList<Tariff>>(CacheKey, tariffs, Lifetime);
    }
}
