using System.Net.Http.Json;
using Microsoft.Extensions.Logging;
using Tidewater.Signage.Boards;
using Tidewater.Signage.Tides;

namespace Tidewater.Signage.Publishing;

/// <summary>Sends the tide table of a day to the boards on the quays.</summary>
public sealed class BoardPublisher
{
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
        var unreachable = new List<string>();

        foreach (var board in boards)
        {
            if (!await TrySendAsync(board, table, ct))
            {
                unreachable.Add(board.Name);
            }
        }

        var report = new PublicationReport(table.Day, boards.Count - unreachable.Count, unreachable);
        await _publications.AddAsync(report, ct);
        return report;
    }

    private async Task<bool> TrySendAsync(Board board, TideTable table, CancellationToken ct)
    {
        try
        {
            using var response = await _http.PutAsJsonAsync(new Uri(board.Address, "tides"), table, ct);
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
    }
}
