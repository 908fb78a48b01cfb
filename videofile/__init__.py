"""What a video file says of itself, read with PyAV (`probe`), and FFmpeg as a process of ours (`ffmpeg`).

Everything that opens a video asks here, so that checking, posters, measuring, planning and rendering mean the same
stream, the same length, the same frame rate and the same way up. Knows no Django and nothing of the product.
"""
