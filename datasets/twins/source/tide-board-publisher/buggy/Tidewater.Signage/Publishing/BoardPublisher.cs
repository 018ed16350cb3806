using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Tidewater.Signage.Boards;
using Tidewater.Signage.Tides;

namespace Tidewater.Signage.Publishing;

/// <summary>Sends the tide table of a day to the boards on the quays.</summary>
public sealed class BoardPublisher
{
    private const int MaxBoardsAtOnce = 16;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly IBoardRegister _boards;
    private readonly IPublicationLog _publications;
    private readonly HttpClient _http;
    private readonly ILogger<BoardPublisher> _logger;

    public BoardPublisher(
        IBoardRegister boards,
        IPublicationLog publications,
        HttpClient http,
        ILogger<BoardPublisher> logger)
    {
        _boards = boards;
        _publications = publications;
        _http = http;
        _logger = logger;
    }

    public async Task<PublicationReport> PublishAsync(TideTable table, CancellationToken ct)
    {
        IReadOnlyList<Board> boards = await _boards.ActiveAsync(ct);
        var unreachable = new ConcurrentBag<string>();
        var options = new ParallelOptions { MaxDegreeOfParallelism = MaxBoardsAtOnce, CancellationToken = ct };
        var watch = Stopwatch.StartNew();

        Parallel.ForEach(boards, options, async board =>
        {
            if (!await TrySendAsync(board, table, ct))
            {
                unreachable.Add(board.Name);
            }
        });

        var names = unreachable.Order(StringComparer.Ordinal).ToList();
        var report = new PublicationReport(table.Day, boards.Count - names.Count, names, watch.Elapsed);
        _logger.LogInformation(
            "tides of {Day} are on {Reached} of {Boards} boards after {Elapsed}",
            report.Day,
            report.Reached,
            boards.Count,
            report.Elapsed);
        await _publications.AddAsync(report, ct);
        return report;
    }

    private async Task<bool> TrySendAsync(Board board, TideTable table, CancellationToken ct)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(ct);
        limit.CancelAfter(Patience);
        try
        {
            using var response = await _http.PutAsJsonAsync(new Uri(board.Address, "tides"), table, limit.Token);
            if (!response.IsSuccessStatusCode)
            {
                _logger.LogWarning("board {Board} answered {Status}", board.Name, (int)response.StatusCode);
            }

            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException e)
        {
            _logger.LogWarning(e, "board {Board} cannot be reached", board.Name);
            return false;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            _logger.LogWarning("board {Board} did not answer within {Patience}", board.Name, Patience);
            return false;
        }
    }
}
